import { setTimeout } from 'node:timers/promises'

/** Asks again and again until there is an answer; whoever waits for ever is ended by the test's own limit. */
export async function until<T>(ask: () => Promise<T | null | undefined | false>): Promise<T> {
  for (;;) {
    const found = await ask()
    if (found !== null && found !== undefined && found !== false) return found
    await setTimeout(100)
  }
}
