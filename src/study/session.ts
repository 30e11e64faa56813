/** Says in the store that a process works on a run, so that another can tell running from interrupted. */
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { Session, Store } from '../store/index.ts'

/** A session is alive if it was heard of within three of these. */
const beat = 10_000

/** Until it is disposed of. One that dies stays without an end, and is no longer heard of. */
export async function holdSession(store: Store, run: string, planned: number): Promise<AsyncDisposable> {
  const id = randomUUID()
  const now = () => new Date().toISOString()
  await store.startSession({ id, run, host: hostname(), pid: process.pid, began: now(), planned })
  let last = Promise.resolve()
  const timer = setInterval(() => {
    // A sign of life that cannot be written is no reason to stop the work.
    last = store.seeSession(id, now()).catch(() => undefined)
  }, beat)
  timer.unref()
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await last
      await store.seeSession(id, now(), true).catch(() => undefined)
    },
  }
}

/** Of all sessions of a run together, up to now for the one at work. */
export function secondsWorked([now, ...earlier]: readonly Session[], until: string): number {
  const spans = [...(now === undefined ? [] : [{ ...now, ended: until }]), ...earlier]
  return spans.reduce((sum, { began, seen, ended }) => sum + (Date.parse(ended ?? seen) - Date.parse(began)) / 1000, 0)
}

/** Whether a session still works. On this machine the process has to be there, too. */
export function isAlive({ ended, seen, host, pid }: Session, now: number = Date.now()): boolean {
  if (ended !== null || now - Date.parse(seen) > 3 * beat) return false
  return host !== hostname() || processExists(pid)
}

/** The process of this machine that works on a run; null where there is none. */
export function workerOf(sessions: readonly Session[], now: number = Date.now()): number | null {
  return sessions.find(session => session.host === hostname() && isAlive(session, now))?.pid ?? null
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // It is there, and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
