/**
 * Who is computed next. A place is one answer in progress. Those who wait are taken client by client in turn, so that many
 * requests of one client do not stand before the single one of another. Beyond so many waiting only a client of whom nobody
 * waits may join, in the place of the last request of the client with the most.
 */
import { ApiError } from './http/api-error.ts'

interface Waiting {
  readonly places: number
  readonly admit: () => void
  /** Another takes its place. */
  readonly refuse: () => void
}

export interface QueueOptions {
  /** Answers in progress at a time. */
  readonly places: number
  /** Answers that may wait for a place. */
  readonly waiting: number
}

export class FairQueue {
  readonly options: QueueOptions
  #running = 0
  #waiting = 0
  /** By client; the one whose turn it is comes first. */
  readonly #clients = new Map<string, Waiting[]>()
  /** Seconds that a place was held, on average over the last ones. */
  #held = 1
  #idle: (() => void)[] = []

  constructor(options: QueueOptions) {
    this.options = options
  }

  get running(): number {
    return this.#running
  }

  get waiting(): number {
    return this.#waiting
  }

  /**
   * Waits for `places`; they are given back when what is returned is disposed of.
   * @throws ApiError 429 where too many wait already, and the reason of the signal
   */
  async enter(client: string, places: number, signal: AbortSignal): Promise<Disposable> {
    signal.throwIfAborted()
    const taken = Math.min(places, this.options.places)
    if (this.#waiting > 0 || this.#running + taken > this.options.places) await this.#wait(client, taken, signal)
    else this.#running += taken
    const since = performance.now()
    return {
      [Symbol.dispose]: () => {
        this.#held += ((performance.now() - since) / 1000 - this.#held) / 8
        this.#running -= taken
        this.#admit()
        if (this.#running === 0 && this.#waiting === 0) for (const tell of this.#idle.splice(0)) tell()
      },
    }
  }

  /** Resolves when nobody is computed and nobody waits. */
  empty(): Promise<void> {
    if (this.#running === 0 && this.#waiting === 0) return Promise.resolve()
    return new Promise(resolve => this.#idle.push(resolve))
  }

  async #wait(client: string, places: number, signal: AbortSignal): Promise<void> {
    if (!this.#makeRoom(client, places)) throw this.#full()
    this.#waiting += places
    const queue = this.#clients.get(client) ?? []
    this.#clients.set(client, queue)
    await new Promise<void>((resolve, reject) => {
      const leave = () => {
        this.#remove(client, queue, own)
        this.#admit()
        reject(signal.reason)
      }
      const own: Waiting = {
        places,
        refuse: () => {
          signal.removeEventListener('abort', leave)
          this.#remove(client, queue, own)
          reject(this.#full())
        },
        admit: () => {
          signal.removeEventListener('abort', leave)
          this.#remove(client, queue, own)
          this.#running += places
          resolve()
        },
      }
      queue.push(own)
      signal.addEventListener('abort', leave, { once: true })
      this.#admit()
    })
  }

  /** Whether so many more may wait; of others at most those behind their client's first are sent away for it. */
  #makeRoom(client: string, places: number): boolean {
    const over = () => this.#waiting + places - this.options.waiting
    if (over() <= 0) return true
    if (this.#clients.has(client)) return false
    const later = () => [...this.#clients.values()].filter(queue => queue.length > 1)
    const spare = later().reduce((sum, [, ...others]) => sum + placesOf(others), 0)
    if (spare < over()) return false
    while (over() > 0) {
      const [longest] = later().sort((a, b) => placesOf(b) - placesOf(a))
      longest?.at(-1)?.refuse()
    }
    return true
  }

  #full(): ApiError {
    return new ApiError(429, `${this.#waiting} answers wait already`, {
      code: 'queue_full',
      retryAfter: this.#retryAfter(),
      fix: 'Ask again later, or start the server with a greater --queue.',
    })
  }

  #remove(client: string, queue: Waiting[], own: Waiting): void {
    queue.splice(queue.indexOf(own), 1)
    if (queue.length === 0) this.#clients.delete(client)
    this.#waiting -= own.places
  }

  /** Nobody passes one that does not fit yet: a request for many answers would wait for ever. */
  #admit(): void {
    for (;;) {
      const [turn] = this.#clients
      const [client, queue] = turn ?? []
      const next = queue?.[0]
      if (client === undefined || queue === undefined || next === undefined) return
      if (this.#running + next.places > this.options.places) return
      next.admit()
      // To the end of the row.
      if (this.#clients.delete(client)) this.#clients.set(client, queue)
    }
  }

  #retryAfter(): number {
    const rounds = (this.#waiting + this.#running) / this.options.places
    return Math.min(60, Math.max(1, Math.ceil(this.#held * rounds)))
  }
}

function placesOf(waiting: readonly Waiting[]): number {
  return waiting.reduce((sum, { places }) => sum + places, 0)
}
