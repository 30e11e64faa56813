/** The process that quantises. It says how far it is, and at its end what kept it from it, in lines on standard output. */
import { writeSync } from 'node:fs'
import { quantise } from '../../native/quantise.ts'
import { toWire } from '../process/protocol.ts'
import { type FromChild, Job } from './job.ts'

/** Native code holds the thread to the end: only what is written at once is read before it. */
function say(message: FromChild): void {
  try {
    writeSync(1, `${JSON.stringify(message)}\n`)
  } catch {
    // Nobody reads it any more: the caller is gone.
    process.kill(process.pid, 'SIGKILL')
  }
}

try {
  const job = Job.parse(JSON.parse(process.argv[2] ?? ''))
  say({ refused: quantise({ ...job, onTensor: (done, total) => say({ done, total }) }) })
} catch (error) {
  say({ error: toWire(error) })
}
