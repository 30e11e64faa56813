import type { LoadedModel } from '../../llama/model.ts'
import { steeringOf } from '../../llama/request.ts'
import { divergence, firstToken, score } from '../../llama/score.ts'
import type { FlightWriter } from '../flight.ts'
import type { Calls } from '../protocol.ts'
import { ofRequest, oneByOne, prepare, type Tell } from './prepare.ts'

export function runScore(
  model: LoadedModel,
  flight: FlightWriter,
  args: Calls['score']['arguments'],
  tell: Tell<'score'>,
): null {
  const requests = args.requests.map((request, index) => {
    const continuation = tokensOf(model, request.continuation)
    return { ...prepare(model, flight, request, index, continuation.length, continuation.length > 0), continuation }
  })
  oneByOne(flight, requests.length, next =>
    score(model, requests, args.adapters, (index, result) => {
      next(index + 1)
      tell({ kind: 'score', index, score: result })
    }),
  )
  return null
}

export function runFirstToken(
  model: LoadedModel,
  flight: FlightWriter,
  args: Calls['firstToken']['arguments'],
  tell: Tell<'firstToken'>,
): null {
  const requests = args.requests.map((request, index) => ({
    ...prepare(model, flight, request, index, 1, true),
    continuation: [],
  }))
  oneByOne(flight, requests.length, next =>
    firstToken(model, requests, args.tokens, args.adapters, (index, logProbabilities) => {
      next(index + 1)
      tell({ kind: 'first', index, logProbabilities })
    }),
  )
  return null
}

export function runDivergence(
  model: LoadedModel,
  flight: FlightWriter,
  args: Calls['divergence']['arguments'],
  tell: Tell<'divergence'>,
): null {
  const requests = args.requests.map(({ prompt, continuation: text, steerings }, index) => {
    const continuation = tokensOf(model, text)
    const generates = continuation.length > 0
    const { rendered } = prepare(model, flight, { prompt }, index, continuation.length, generates)
    const resolved = ofRequest(flight.first + index, () =>
      steerings.map(steering => steeringOf(model, rendered, steering, generates)),
    )
    return { rendered, continuation, steerings: resolved }
  })
  oneByOne(flight, requests.length, next =>
    divergence(model, requests, args.adapters, (index, steering, divergences) => {
      if (steering === args.requests[index]!.steerings.length - 1) next(index + 1)
      tell({ kind: 'divergence', index, steering, divergences })
    }),
  )
  return null
}

function tokensOf(model: LoadedModel, text: string): number[] {
  return text === '' ? [] : model.vocabulary.tokenize(text, { addSpecial: false, parseSpecial: false })
}
