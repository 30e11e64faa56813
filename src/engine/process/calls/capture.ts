import { PlimsollError } from '../../../errors.ts'
import { capture } from '../../llama/capture.ts'
import type { LoadedModel } from '../../llama/model.ts'
import { layoutOf } from '../../positions.ts'
import { selectTokens } from '../../select.ts'
import { placesOf } from '../../sites.ts'
import type { FlightWriter } from '../flight.ts'
import type { Calls } from '../protocol.ts'
import { ofRequest, oneByOne, prepare, type Tell } from './prepare.ts'

/** Floats in one message: 1 MB. */
const statesPerMessage = 1 << 18

export function runCapture(
  model: LoadedModel,
  flight: FlightWriter,
  args: Calls['capture']['arguments'],
  tell: Tell<'capture'>,
): Calls['capture']['result'] {
  const places = placesOf(args.where, model.info)
  const requests = args.requests.map((request, index) => {
    const continuation =
      request.continuation === undefined
        ? []
        : model.vocabulary.tokenize(request.continuation, { addSpecial: false, parseSpecial: false })
    // An answer may end before its first token; a clause on what is generated then meets nothing, and is no error.
    const follows = request.continuation !== undefined
    const { rendered, steering } = prepare(model, flight, request, index, continuation.length, follows)
    const selection = ofRequest(flight.first + index, () =>
      selectTokens(args.where.tokens, layoutOf(rendered, follows)),
    )
    if (selection.readsStates && args.reduce === 'none' && places.layers.length > 1) throw differingRows()
    return { rendered, steering, continuation, selection }
  })
  oneByOne(flight, requests.length, next =>
    capture(
      model,
      requests,
      places,
      args.reduce,
      args.adapters,
      ({ index, layer, states }) => {
        for (let offset = 0; offset < states.length; offset += statesPerMessage) {
          const piece = states.slice(offset, offset + statesPerMessage)
          tell({ kind: 'states', index, layer, values: states.length, offset, states: piece })
        }
      },
      (index, positions) => {
        next(index + 1)
        tell({ kind: 'positions', index, positions })
      },
    ),
  )
  return { layers: places.layers, width: places.width * places.heads.length }
}

function differingRows(): PlimsollError {
  return new PlimsollError('invalid-input', 'Which states are massive differs from layer to layer', {
    found: "reduce 'none' over several layers",
    expected: "reduce 'none' over one layer, or 'mean' or 'last'",
    fix: 'Capture one layer at a time.',
  })
}
