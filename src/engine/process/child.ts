/**
 * The engine's process. llama runs in a worker thread, so that this thread still hears "cancel" and the end of its
 * caller while native code computes. Calls are handed over one at a time.
 */
import { Worker } from 'node:worker_threads'
import { PlimsollError } from '../../errors.ts'
import { type Call, type FromEngine, isFromEngine, isToEngine, sibling, toWire } from './protocol.ts'

/** One word, shared with the worker: 1 while the running call is cancelled. */
const cancelFlag = new Int32Array(new SharedArrayBuffer(4))
const worker = new Worker(sibling('worker', import.meta.url), { workerData: { cancelFlag }, execArgv: [] })

const waiting: { id: number; call: Call }[] = []
let running: number | null = null

function reply(message: FromEngine): void {
  process.send?.(message)
}

function next(): void {
  const job = waiting.shift()
  running = job?.id ?? null
  if (job === undefined) return
  Atomics.store(cancelFlag, 0, 0)
  worker.postMessage({ type: 'call', ...job })
}

process.on('message', message => {
  if (!isToEngine(message)) return
  if (message.type === 'call') {
    waiting.push({ id: message.id, call: message.call })
    if (running === null) next()
    return
  }
  if (message.id === running) {
    Atomics.store(cancelFlag, 0, 1)
    return
  }
  const at = waiting.findIndex(job => job.id === message.id)
  if (at < 0) return
  waiting.splice(at, 1)
  reply({ type: 'failed', id: message.id, error: toWire(new PlimsollError('cancelled', 'The call was cancelled')) })
})

worker.on('message', message => {
  if (!isFromEngine(message)) return
  reply(message)
  if (message.type !== 'event') next()
})

worker.on('error', error => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  process.exit(70)
})

// The worker may be deep in native code, where an ordinary exit would wait for it.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
// Ctrl-C in a terminal reaches the whole group; the caller decides what stops.
process.on('SIGINT', () => {})
