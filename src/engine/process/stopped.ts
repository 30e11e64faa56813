/** What is said when an engine's process ended before it had answered. */
import { PlimsollError } from '../../errors.ts'
import type { CallName } from './protocol.ts'

export interface Stop {
  readonly call: CallName
  /** Requests of the call that it was busy with. */
  readonly requests: readonly number[]
  readonly file: string
  /** The signal, or the exit code. */
  readonly how: string
  /** Its last words. */
  readonly said: string
  /** Whether it was loading a file that was never loaded before. */
  readonly loading: boolean
  /** Whether it was ended because it did not answer to a cancelled call. */
  readonly stuck: boolean
}

/** How native code ends that met what it did not expect. */
const crashes: ReadonlySet<string> = new Set(['SIGABRT', 'SIGSEGV', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGTRAP'])

/** `model-invalid` where the file is to blame, else `engine-crashed`. */
export function stopped(stop: Stop): PlimsollError {
  const details = { found: stop.said === '' ? stop.how : `${stop.how}: ${stop.said}`, where: stop.file }
  if (stop.loading && crashes.has(stop.how)) {
    return new PlimsollError('model-invalid', 'llama.cpp crashes while it loads this model', {
      ...details,
      expected: 'a file that llama.cpp loads, or refuses with a message',
      fix: 'Opening it again would crash again. Download the file again, or convert it with a matching release.',
    })
  }
  if (stop.stuck) {
    return new PlimsollError(
      'engine-crashed',
      `The engine was ended during the call ${stop.call}${at(stop.requests)}`,
      {
        ...details,
        found: 'no answer to a call that was cancelled',
        expected: 'its end',
        fix: 'Call again: a fresh engine is started. A grammar that can be read in very many ways takes for ever.',
      },
    )
  }
  return new PlimsollError('engine-crashed', `The engine stopped during the call ${stop.call}${at(stop.requests)}`, {
    ...details,
    expected: 'an answer',
    fix: fixOf(stop),
  })
}

function fixOf({ how, loading }: Stop): string {
  if (how === 'SIGKILL') {
    return 'The system ends processes so when memory runs out: lower slots or engines, or close other programs. Then call again: a fresh engine is started.'
  }
  if (loading) return 'Check that Node.js can start a process here, and the installation with `plimsoll doctor`.'
  return 'Call again: a fresh engine is started. If it happens again, leave these requests out, and check the file with `plimsoll doctor`.'
}

/** Where in a call the engine was. */
function at(requests: readonly number[]): string {
  if (requests.length === 0) return ''
  return requests.length === 1 ? ` at request ${requests[0]}` : ` at requests ${requests.join(', ')}`
}
