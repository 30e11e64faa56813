/**
 * How long the event loop is held up by one turn of it.
 *
 * A timer ticks every few milliseconds. What passes between two ticks is the loop's own time, time spent waiting for the
 * timer, and time that other programs had the processor. Only the first is ours: the processor time of this thread, which
 * a busy machine does not lengthen.
 */
import { setTimeout as sleep } from 'node:timers/promises'

const everyMs = 2

export interface Watched<T> {
  readonly result: T
  /** Milliseconds of processor time in the longest turn. */
  readonly longest: number
  /** Ticks seen; few would mean that the watch was blind. */
  readonly ticks: number
}

export async function watched<T>(run: () => Promise<T>): Promise<Watched<T>> {
  let longest = 0
  let ticks = 0
  let since = process.threadCpuUsage()
  const tick = () => {
    const { user, system } = process.threadCpuUsage(since)
    since = process.threadCpuUsage()
    longest = Math.max(longest, (user + system) / 1000)
    ticks++
  }
  const timer = setInterval(tick, everyMs)
  try {
    const result = await run()
    // What was queued behind the last answer counts too.
    await sleep(5 * everyMs)
    tick()
    return { result, longest, ticks }
  } finally {
    clearInterval(timer)
  }
}
