/** The thread that owns llama.cpp: takes one call, computes it to its end, answers. */
import { parentPort, workerData } from 'node:worker_threads'
import { z } from 'zod'
import { PlimsollError } from '../../errors.ts'
import { LoadedModel } from '../llama/model.ts'
import { tokenisePrompt } from '../llama/request.ts'
import { runCapture } from './calls/capture.ts'
import { fail } from './calls/fail.ts'
import { runGenerate } from './calls/generate.ts'
import { runFirstToken, runScore } from './calls/score.ts'
import { FlightWriter } from './flight.ts'
import { type Call, type Event, type FromEngine, isToEngine, toWire } from './protocol.ts'

const { cancelFlag } = z.object({ cancelFlag: z.instanceof(Int32Array) }).parse(workerData)
const cancelled = () => Atomics.load(cancelFlag, 0) === 1

const flight = new FlightWriter()
let loaded: LoadedModel | null = null

function model(): LoadedModel {
  if (loaded === null) throw new PlimsollError('internal', 'The engine has no model yet')
  return loaded
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
      return runGenerate(model(), flight, call.arguments, tell)
    case 'capture':
      return runCapture(model(), flight, call.arguments, tell)
    case 'score':
      return runScore(model(), flight, call.arguments, tell)
    case 'firstToken':
      return runFirstToken(model(), flight, call.arguments, tell)
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
