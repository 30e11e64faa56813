import type { LoadedModel } from '../../llama/model.ts'
import { firstToken, score } from '../../llama/score.ts'
import type { FlightWriter } from '../flight.ts'
import type { Calls } from '../protocol.ts'
import { oneByOne, prepare, type Tell } from './prepare.ts'

export function runScore(
  model: LoadedModel,
  flight: FlightWriter,
  args: Calls['score']['arguments'],
  tell: Tell<'score'>,
): null {
  const requests = args.requests.map((request, index) => {
    const continuation =
      request.continuation === ''
        ? []
        : model.vocabulary.tokenize(request.continuation, { addSpecial: false, parseSpecial: false })
    return { ...prepare(model, flight, request, index, continuation.length, continuation.length > 0), continuation }
  })
  oneByOne(flight, requests.length, next =>
    score(model, requests, (index, result) => {
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
    firstToken(model, requests, args.tokens, (index, logProbabilities) => {
      next(index + 1)
      tell({ kind: 'first', index, logProbabilities })
    }),
  )
  return null
}
