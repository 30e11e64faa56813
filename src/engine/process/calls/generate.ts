import { PlimsollError } from '../../../errors.ts'
import { adapterKey } from '../../llama/adapters.ts'
import type { SharedCall } from '../../llama/generate/member.ts'
import type { GenerateRequest, Listener } from '../../llama/generate/request.ts'
import { generate } from '../../llama/generate/run.ts'
import type { LoadedModel } from '../../llama/model.ts'
import type { TokenProbability } from '../../types.ts'
import type { FlightWriter } from '../flight.ts'
import { type Calls, toWire } from '../protocol.ts'
import { naming, prepare, type Tell } from './prepare.ts'

type Arguments = Calls['generate']['arguments']

/** @throws PlimsollError `cancelled`, and with failures `throw` the error of the first request that fails */
export function runGenerate(model: LoadedModel, flight: FlightWriter, args: Arguments, tell: Tell<'generate'>): null {
  const listener = listenerOf(args, tell, flight)
  const requests = args.requests.flatMap((_, place) => prepareOne(model, flight, args, place, listener) ?? [])
  generate(model, requests, args.slots, listener)
  return null
}

/** The same, in steps that other calls share. */
export function sharedGenerate(
  model: LoadedModel,
  flight: FlightWriter,
  args: Arguments,
  tell: Tell<'generate'>,
): Pick<SharedCall, 'count' | 'slots' | 'listener' | 'prepare'> {
  const listener = listenerOf(args, tell, flight)
  return {
    count: args.requests.length,
    slots: args.slots,
    listener,
    prepare: place => prepareOne(model, flight, args, place, listener),
  }
}

/** Tells the caller, whose requests are numbered from 0 in every call. */
function listenerOf(args: Arguments, tell: Tell<'generate'>, flight: FlightWriter): Listener {
  const { first } = flight
  const { failures = 'throw' } = args
  return {
    started: index => flight.started(index - first),
    token: (index, token) => {
      if (args.tokens === 'tell') tell({ kind: 'token', index: index - first, token })
    },
    done: (index, { error, probabilities, ...generation }) => {
      flight.ended(index - first)
      const named = error === undefined ? null : naming(error, index)
      if (named !== null && failures === 'throw') throw named
      for (const piece of pieces(probabilities ?? [])) {
        tell({ kind: 'probabilities', index: index - first, probabilities: piece })
      }
      tell({ kind: 'generation', index: index - first, generation, error: named === null ? null : toWire(named) })
    },
  }
}

/** Probabilities of so many tokens in one message: they are small objects, slow to read for whoever receives them. */
const mostProbabilities = 4000

function* pieces(probabilities: readonly TokenProbability[]): Iterable<TokenProbability[]> {
  let piece: TokenProbability[] = []
  let size = 0
  for (const probability of probabilities) {
    piece.push(probability)
    size += 1 + probability.top.length
    if (size < mostProbabilities) continue
    yield piece
    piece = []
    size = 0
  }
  if (piece.length > 0) yield piece
}

/** A request that can be computed; null when it failed, which the listener is told. */
function prepareOne(
  model: LoadedModel,
  flight: FlightWriter,
  args: Arguments,
  place: number,
  listener: Listener,
): GenerateRequest | null {
  const { stop, firstTokens = null } = args
  const request = args.requests[place]
  if (request === undefined) return null
  const index = flight.first + place
  const { maxTokens, sampling = {}, steering: written = [], adapters = [] } = request
  try {
    model.adapters.load(adapters)
    const prepared = prepare(model, flight, request, place, maxTokens, true)
    const group = { key: adapterKey(adapters), adapters }
    return { ...prepared, maxTokens, sampling, stop, firstTokens, index, group, written, shared: null }
  } catch (error) {
    if (!(error instanceof PlimsollError) || error.code === 'cancelled') throw error
    listener.done(index, { text: '', tokens: [], finish: 'failed', error, rendered: '', promptTokens: 0 })
    return null
  }
}
