/** Whose turn it is in the worker: calls that share what is computed, and those that need the model's context alone. */
import { patience, type Together } from '../llama/generate/together.ts'
import type { ToWorker } from './protocol.ts'

interface Ways {
  readonly runAlone: (message: ToWorker) => void
  readonly share: (message: ToWorker, together: Together) => void
  readonly together: () => Together
}

export class Turns {
  readonly #ways: Ways
  #mode: 'alone' | 'together' = 'alone'
  #together: Together | null = null
  readonly #waiting: ToWorker[] = []
  /** Steps since the first of those that wait came, or the one before it went. */
  #steps = 0
  #ticking = false

  constructor(ways: Ways) {
    this.#ways = ways
  }

  take(message: ToWorker): void {
    const { call } = message
    if (call.name === 'open') this.#mode = call.arguments.batching ?? 'alone'
    if (this.#mode === 'alone' || !needsContext.has(call.name)) {
      this.#ways.runAlone(message)
      return
    }
    this.#together ??= this.#ways.together()
    if (call.name === 'generate') this.#ways.share(message, this.#together)
    else this.#waiting.push(message)
    this.#wake()
  }

  /** Between two turns of the event loop new calls and their ends are heard of. */
  #wake(): void {
    if (this.#ticking) return
    this.#ticking = true
    setImmediate(() => {
      this.#ticking = false
      this.#tick()
      if (this.#waiting.length > 0 || this.#together?.busy) this.#wake()
    })
  }

  #tick(): void {
    const gap = !this.#together?.busy || this.#steps >= patience
    const first = gap ? this.#waiting.shift() : undefined
    if (first === undefined) {
      this.#together?.step()
      this.#steps = this.#waiting.length > 0 ? this.#steps + 1 : 0
      return
    }
    this.#together?.pause()
    this.#ways.runAlone(first)
    this.#steps = 0
  }
}

const needsContext: ReadonlySet<string> = new Set(['generate', 'capture', 'score', 'firstToken', 'divergence', 'train'])
