/** The thread that owns llama.cpp: takes one call, computes it to its end, answers. */
import { parentPort, workerData } from 'node:worker_threads'
import koffi from 'koffi'
import { z } from 'zod'
import { PlimsollError } from '../../errors.ts'
import { capture } from '../llama/capture.ts'
import { generate } from '../llama/generate.ts'
import { LoadedModel } from '../llama/model.ts'
import { checkLength, layoutOf, steeringOf, tokenisePrompt } from '../llama/request.ts'
import { firstToken, score } from '../llama/score.ts'
import { selectLayers, selectTokens } from '../select.ts'
import type { Prompt, Steering } from '../types.ts'
import { FlightWriter } from './flight.ts'
import { type Call, type Calls, type Event, type FromEngine, isToEngine, toWire } from './protocol.ts'

const { cancelFlag } = z.object({ cancelFlag: z.instanceof(Int32Array) }).parse(workerData)
const cancelled = () => Atomics.load(cancelFlag, 0) === 1
/** Floats in one message: 1 MB. */
const statesPerMessage = 1 << 18

const flight = new FlightWriter()
let loaded: LoadedModel | null = null

function model(): LoadedModel {
  if (loaded === null) throw new PlimsollError('internal', 'The engine has no model yet')
  return loaded
}

type Tell<K extends keyof Calls> = (event: Calls[K]['event']) => void

function prepare(
  request: { readonly prompt: Prompt; readonly steering?: Steering | undefined },
  index: number,
  more: number,
  generates: boolean,
) {
  if (cancelled()) throw new PlimsollError('cancelled', 'The call was cancelled')
  flight.only(index, index + 1)
  const rendered = tokenisePrompt(model(), request.prompt)
  checkLength(model(), index, rendered.tokens.length, more)
  return { rendered, steering: steeringOf(model(), rendered, request.steering, generates) }
}

function runGenerate(args: Calls['generate']['arguments'], tell: Tell<'generate'>): null {
  const requests = args.requests.map((request, index) => ({
    ...prepare(request, index, request.maxTokens, true),
    maxTokens: request.maxTokens,
  }))
  flight.none()
  generate(model(), {
    requests,
    slots: args.slots,
    stop: args.stop,
    ...(args.tokens === 'tell' ? { onToken: (index, token) => tell({ kind: 'token', index, token }) } : {}),
    onStart: index => flight.started(index),
    onDone: (index, generation) => {
      flight.ended(index)
      tell({ kind: 'generation', index, generation })
    },
  })
  return null
}

function runCapture(args: Calls['capture']['arguments'], tell: Tell<'capture'>): number[] {
  const layers = selectLayers(args.where, model().info.layers)
  const requests = args.requests.map((request, index) => {
    const { rendered, steering } = prepare(request, index, 0, false)
    return { rendered, steering, selection: selectTokens(args.where.tokens, layoutOf(rendered, false)) }
  })
  flight.only(0, requests.length)
  capture(
    model(),
    requests,
    layers,
    args.reduce,
    ({ index, layer, states }) => {
      for (let offset = 0; offset < states.length; offset += statesPerMessage) {
        tell({ kind: 'states', index, layer, offset, states: states.slice(offset, offset + statesPerMessage) })
      }
    },
    (index, positions) => {
      flight.only(index + 1, requests.length)
      tell({ kind: 'positions', index, positions })
    },
  )
  return layers
}

function runScore(args: Calls['score']['arguments'], tell: Tell<'score'>): null {
  const requests = args.requests.map((request, index) => {
    const continuation =
      request.continuation === ''
        ? []
        : model().vocabulary.tokenize(request.continuation, { addSpecial: false, parseSpecial: false })
    return { ...prepare(request, index, continuation.length, continuation.length > 0), continuation }
  })
  flight.only(0, requests.length)
  score(model(), requests, (index, result) => {
    flight.only(index + 1, requests.length)
    tell({ kind: 'score', index, score: result })
  })
  return null
}

function runFirstToken(args: Calls['firstToken']['arguments'], tell: Tell<'firstToken'>): null {
  const requests = args.requests.map((request, index) => ({ ...prepare(request, index, 1, true), continuation: [] }))
  flight.only(0, requests.length)
  firstToken(model(), requests, args.tokens, (index, logProbabilities) => {
    flight.only(index + 1, requests.length)
    tell({ kind: 'first', index, logProbabilities })
  })
  return null
}

function fail(how: 'abort' | 'segmentation-fault'): null {
  const program = koffi.load(null)
  if (how === 'abort') program.func('void abort()')()
  // Writing to address 8 is a segmentation fault on every platform there is.
  else koffi.encode(8n, 'int', 1)
  return null
}

function run(call: Call, tell: (event: Event) => void): unknown {
  switch (call.name) {
    case 'open':
      loaded = new LoadedModel(call.arguments, cancelled)
      return loaded.info
    case 'tokenize':
      return model().vocabulary.tokenize(call.arguments.text, {
        addSpecial: false,
        parseSpecial: call.arguments.special === 'parse',
      })
    case 'detokenize':
      return model().vocabulary.detokenize(call.arguments.tokens)
    case 'render':
      return tokenisePrompt(model(), call.arguments.prompt)
    case 'generate':
      return runGenerate(call.arguments, tell)
    case 'capture':
      return runCapture(call.arguments, tell)
    case 'score':
      return runScore(call.arguments, tell)
    case 'firstToken':
      return runFirstToken(call.arguments, tell)
    case 'fail':
      return fail(call.arguments.how)
  }
}

parentPort?.on('message', message => {
  if (!isToEngine(message) || message.type !== 'call') return
  const { id, call } = message
  const say = (answer: FromEngine) => parentPort?.postMessage(answer)
  flight.call(id)
  try {
    say({ type: 'done', id, result: run(call, event => say({ type: 'event', id, event })) })
  } catch (error) {
    if (error instanceof PlimsollError && error.code === 'edit-failed') loaded?.discardContext()
    say({ type: 'failed', id, error: toWire(error) })
  }
})
