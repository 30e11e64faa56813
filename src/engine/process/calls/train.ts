import { PlimsollError } from '../../../errors.ts'
import { editOf, startLength } from '../../../gradient/edits/index.ts'
import { type TrainingSequence, train } from '../../../gradient/train.ts'
import { type CaptureRequest, capture } from '../../llama/capture.ts'
import type { LoadedModel } from '../../llama/model.ts'
import { EMBEDDING } from '../../place.ts'
import { layoutOf, partsAfter } from '../../positions.ts'
import { selectedPositions, selectTokens } from '../../select.ts'
import { placesOf } from '../../sites.ts'
import type { FlightWriter } from '../flight.ts'
import type { Calls } from '../protocol.ts'
import { ofRequest, oneByOne, prepare, type Tell } from './prepare.ts'

const everyToken = { phase: 'all', beginning: 'keep' } as const

export function runTrain(
  model: LoadedModel,
  flight: FlightWriter,
  args: Calls['train']['arguments'],
  tell: Tell<'train'>,
): Calls['train']['result'] {
  const { source, layer, edit: spec, settings, threads, from } = args
  const values = startLength(spec, model.info.width)
  if (spec.start.length !== values)
    throw new PlimsollError('invalid-input', 'What the training starts from is of another size', {
      found: `${spec.start.length} values`,
      expected: `${values}, for a model of width ${model.info.width}`,
      fix: 'Start from an edit of this model.',
    })
  const edit = editOf(spec)
  // Before the states are read: a model that nothing can be trained through is told at once.
  using machine = model.tail(source, layer, threads)
  const sequences = readSequences(model, flight, args, tell)
  const of = (use: 'train' | 'validate') => sequences.filter((_, i) => args.examples[i]?.use === use)
  const trained = train(
    machine.tail,
    edit,
    { training: of('train'), validation: of('validate') },
    settings,
    {
      onStep: (done, total, loss) => tell({ kind: 'step', done, total, loss }),
      onCheckpoint: checkpoint => tell({ kind: 'checkpoint', checkpoint }),
    },
    from,
  )
  edit.parameters.set(trained.parameters)
  const strengths = Float64Array.from(sequences, sequence => edit.strengthOn(sequence))
  return { ...trained, parameters: edit.result?.() ?? trained.parameters, strengths, bytes: machine.tail.bytes }
}

/** States of the layer under every token of every example; nothing below it depends on what is trained. */
function readSequences(
  model: LoadedModel,
  flight: FlightWriter,
  { examples, layer, tokens: where }: Calls['train']['arguments'],
  tell: Tell<'train'>,
): TrainingSequence[] {
  const places = placesOf(
    layer === EMBEDDING ? { site: 'embedding', layers: 'all' } : { site: 'residual', layers: [layer] },
    model.info,
  )
  const prepared = examples.map(({ prompt, target }, index) => {
    const continuation = model.vocabulary.tokenize(target, { addSpecial: false, parseSpecial: false })
    if (continuation.length === 0) throw emptyTarget(flight.first + index)
    const { rendered } = prepare(model, flight, { prompt }, index, continuation.length, true)
    const layout = layoutOf(rendered, true)
    const selection = selectTokens(everyToken, layout)
    const edited = ofRequest(flight.first + index, () => selectTokens(where, layout))
    const request: CaptureRequest = { rendered, continuation, selection, steering: null }
    const length = rendered.tokens.length + continuation.length
    const rows = selectedPositions(edited, length, partsAfter(rendered, continuation))
    return { request, rows }
  })
  const states: Float32Array[] = []
  oneByOne(flight, prepared.length, next =>
    capture(
      model,
      prepared.map(({ request }) => request),
      places,
      'none',
      captured => {
        states[captured.index] = captured.states
      },
      index => {
        next(index + 1)
        tell({ kind: 'read', done: index + 1 })
      },
    ),
  )
  return prepared.map(({ request: { rendered, continuation }, rows }, i) => ({
    states: states[i] ?? new Float32Array(),
    width: model.info.width,
    rows,
    targets: Array.from(continuation, (target, j) => ({ row: rendered.tokens.length + j - 1, target })),
  }))
}

function emptyTarget(index: number): PlimsollError {
  return new PlimsollError('invalid-input', 'An example has no target', {
    found: 'an empty text',
    expected: 'the answer that the example is to make likely',
    where: `example ${index}`,
    fix: 'Leave the example out, or give its answer.',
  })
}
