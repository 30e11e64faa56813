/**
 * The engine's process. llama runs in a worker thread, so that this thread still hears "cancel" and the end of its
 * caller while native code computes. Calls are handed over one at a time, or all at once where they share what is
 * computed.
 */
import { Worker } from 'node:worker_threads'
import { PlimsollError } from '../../errors.ts'
import { type FromEngine, isFromEngine, isToEngine, mostCalls, sibling, type ToWorker, toWire } from './protocol.ts'

const youngMegabytes = 24
/** A word for each call that the worker has: 1 while it is cancelled. */
const cancelFlags = new Int32Array(new SharedArrayBuffer(4 * mostCalls))
const worker = new Worker(sibling('worker', import.meta.url), {
  workerData: { cancelFlags },
  execArgv: [],
  // Without a limit V8 doubles what it keeps for young objects, again and again, to no gain: 60 MB after a day.
  resourceLimits: { maxYoungGenerationSizeMb: youngMegabytes },
})

const waiting: Pick<ToWorker, 'id' | 'call' | 'first' | 'cargo'>[] = []
/** Flags of the calls that the worker has. */
const running = new Map<number, number>()
const free = Array.from({ length: mostCalls }, (_, flag) => flag)
/** Calls that the worker may have at once. */
let most = 1

function reply(message: FromEngine): void {
  process.send?.(message)
}

function next(): void {
  while (running.size < most) {
    const job = waiting.shift()
    const flag = job === undefined ? undefined : free.pop()
    if (job === undefined || flag === undefined) return
    running.set(job.id, flag)
    Atomics.store(cancelFlags, flag, 0)
    if (job.call.name === 'open' && job.call.arguments.batching === 'together') most = mostCalls
    const message: ToWorker = { type: 'call', ...job, flag }
    worker.postMessage(message)
  }
}

process.on('message', message => {
  if (!isToEngine(message)) return
  if (message.type === 'call') {
    waiting.push({ id: message.id, call: message.call, first: message.first, cargo: message.cargo })
    next()
    return
  }
  const flag = running.get(message.id)
  if (flag !== undefined) {
    Atomics.store(cancelFlags, flag, 1)
    return
  }
  const at = waiting.findIndex(job => job.id === message.id)
  if (at < 0) return
  waiting.splice(at, 1)
  const error = toWire(new PlimsollError('cancelled', 'The call was cancelled'))
  reply({ type: 'said', said: [{ type: 'failed', id: message.id, error }] })
})

worker.on('message', message => {
  if (!isFromEngine(message)) return
  reply(message)
  for (const { type, id } of message.said) {
    if (type === 'event') continue
    const flag = running.get(id)
    running.delete(id)
    if (flag !== undefined) free.push(flag)
    next()
  }
})

worker.on('error', error => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  process.exit(70)
})

// The worker may be deep in native code, where an ordinary exit would wait for it.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
// Ctrl-C in a terminal, and what a supervisor sends, reach the whole group; the caller decides what stops.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
