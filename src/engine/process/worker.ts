/**
 * The thread that owns llama.cpp: takes one call, computes it to its end, answers. Where calls share what is computed it
 * has many at a time, and hears of new ones between two steps.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { z } from 'zod'
import { PlimsollError } from '../../errors.ts'
import { Together } from '../llama/generate/together.ts'
import { LoadedModel } from '../llama/model.ts'
import { tokenisePrompt } from '../llama/request.ts'
import { runCapture } from './calls/capture.ts'
import { fail } from './calls/fail.ts'
import { runGenerate, sharedGenerate } from './calls/generate.ts'
import { runDivergence, runFirstToken, runScore } from './calls/score.ts'
import { runTrain } from './calls/train.ts'
import { unstow } from './cargo.ts'
import { FlightRecord, type FlightWriter } from './flight.ts'
import { type Call, type Event, type FromEngine, isToWorker, type Said, type ToWorker, toWire } from './protocol.ts'
import { Turns } from './turns.ts'

const { cancelFlags } = z.object({ cancelFlags: z.instanceof(Int32Array) }).parse(workerData)
/** The flag that stops what is computed now. */
let watched: number | null = null
const isRaised = (flag: number | null) => flag !== null && Atomics.load(cancelFlags, flag) === 1
const cancelled = () => isRaised(watched)

const flight = new FlightRecord()
let loaded: LoadedModel | null = null

function model(): LoadedModel {
  if (loaded === null) throw new PlimsollError('internal', 'The engine has no model yet')
  return loaded
}

function run(call: Call, flight: FlightWriter, tell: (event: Event) => void): unknown {
  switch (call.name) {
    case 'open':
      loaded = new LoadedModel(call.arguments, cancelled)
      return loaded.info
    case 'tokenize':
      return Int32Array.from(
        model().vocabulary.tokenize(call.arguments.text, {
          addSpecial: false,
          parseSpecial: call.arguments.special === 'parse',
        }),
      )
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
    case 'divergence':
      return runDivergence(model(), flight, call.arguments, tell)
    case 'train':
      return runTrain(model(), flight, call.arguments, tell)
    case 'fail':
      return fail(call.arguments.how)
  }
}

function withArrays(call: Call, cargo: string | null): Call {
  return cargo === null ? call : { ...call, arguments: unstow(call.arguments, cargo) as never }
}

/** null where its arrays are gone: nobody waits for its answer any more. */
function arrived(call: Call, cargo: string | null, id: number): Call | null {
  try {
    return withArrays(call, cargo)
  } catch (error) {
    say({ type: 'failed', id, error: toWire(error) })
    return null
  }
}

function say(...said: readonly Said[]): void {
  const message: FromEngine = { type: 'said', said }
  parentPort?.postMessage(message)
}

/** Tokens that calls which share a step have been given in it. */
const tokens: Said[] = []
/** So many of them are few kilobytes. */
const mostTokens = 256

function sayTokens(): void {
  if (tokens.length > 0) say(...tokens.splice(0))
}

/** Tokens wait for those of the others; whatever else is said comes after them. */
function sayShared(said: Said): void {
  // Log-probabilities of a token can be a thousand.
  if (said.type === 'event' && said.event.kind === 'token' && said.event.token.probability === undefined) {
    if (tokens.push(said) >= mostTokens) sayTokens()
    return
  }
  sayTokens()
  say(said)
}

/** Computes a call to its end. */
function runAlone({ id, call, first, flag, cargo }: ToWorker): void {
  watched = flag
  const writer = flight.of(id, first)
  try {
    say({ type: 'done', id, result: run(withArrays(call, cargo), writer, event => say({ type: 'event', id, event })) })
  } catch (error) {
    if (error instanceof PlimsollError && error.code === 'edit-failed') loaded?.discardContext()
    say({ type: 'failed', id, error: toWire(error) })
  }
  writer.none()
  watched = null
}

/** Lets a call share what is computed. */
function share({ id, call: sent, first, flag, cargo }: ToWorker, together: Together): void {
  const call = arrived(sent, cargo, id)
  if (call?.name !== 'generate') return
  const writer = flight.of(id, first)
  const shared = sharedGenerate(model(), writer, call.arguments, event => sayShared({ type: 'event', id, event }))
  together.add({
    ...shared,
    cancelled: () => isRaised(flag),
    watch: () => {
      watched = flag
    },
    ended: error => {
      writer.none()
      sayShared(error === null ? { type: 'done', id, result: null } : { type: 'failed', id, error: toWire(error) })
    },
  })
}

const turns = new Turns({
  runAlone,
  share,
  together: () =>
    new Together(model(), call => {
      // First tokens do not wait for the next prompt, nor for the step that follows.
      sayTokens()
      watched = null
      call?.watch()
    }),
})

parentPort?.on('message', message => {
  if (isToWorker(message)) turns.take(message)
})
