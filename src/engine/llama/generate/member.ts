/** One of the calls that share what is computed: which of its answers are waiting, in progress, given back, done. */
import type { PlimsollError } from '../../../errors.ts'
import type { Vocabulary } from '../vocabulary.ts'
import { Answer } from './answer.ts'
import type { GenerateRequest, Listener } from './request.ts'

export interface SharedCall {
  /** Requests. */
  readonly count: number
  /** Answers in progress at a time, at most. */
  readonly slots: number
  readonly listener: Listener
  /** Renders the request at a place; null when it failed, of which the listener was told. */
  prepare(place: number): GenerateRequest | null
  cancelled(): boolean
  /** From now on cancelling this call stops what is computed. */
  watch(): void
  /** Told once, with what the call failed with or null. */
  ended(error: unknown): void
}

export class Member {
  readonly call: SharedCall
  /** Steps since it last had an answer in progress. */
  waited = 0
  readonly #vocabulary: Vocabulary
  readonly #running = new Set<Answer>()
  /** Begun before, or rendered already. */
  readonly #ready: Answer[] = []
  #prepared = 0
  #done = 0
  #over = false

  constructor(vocabulary: Vocabulary, call: SharedCall) {
    this.#vocabulary = vocabulary
    this.call = call
    if (call.count === 0) this.end(null)
  }

  get over(): boolean {
    return this.#over
  }

  get running(): number {
    return this.#running.size
  }

  /** Answers to come, those in progress included. */
  get left(): number {
    return this.call.count - this.#done
  }

  /** What it would begin next; null where it has nothing to begin, or all the slots it asked for. */
  head(): Answer | null {
    if (this.#over || this.#running.size >= this.call.slots) return null
    while (this.#ready.length === 0 && this.#prepared < this.call.count && !this.#over) this.#prepareNext()
    return this.#ready[0] ?? null
  }

  /** Begins its head. */
  begin(): void {
    const answer = this.#ready.shift()
    if (answer !== undefined) this.#running.add(answer)
    this.waited = 0
  }

  owns(answer: Answer): boolean {
    return this.#running.has(answer)
  }

  /** Begun last of what is in progress. */
  latest(): Answer | undefined {
    return [...this.#running].at(-1)
  }

  /** An answer that gave way: it is the first to go on. */
  giveBack(answer: Answer): void {
    this.#running.delete(answer)
    this.#ready.unshift(answer)
  }

  /** Its head cannot be computed. */
  refuse(error: PlimsollError): void {
    this.#ready.shift()?.fail(error)
  }

  /** Says once what became of the call. */
  end(error: unknown): void {
    if (this.#over) return
    this.#over = true
    for (const answer of [...this.#ready, ...this.#running]) answer[Symbol.dispose]()
    this.call.ended(error)
  }

  #prepareNext(): void {
    const place = this.#prepared++
    this.#heed(() => {
      const request = this.call.prepare(place)
      if (request === null) this.#count()
      else this.#add(request)
    })
  }

  #add(request: GenerateRequest): void {
    const { listener } = this.call
    const answer = new Answer(this.#vocabulary, request, {
      started: index => listener.started(index),
      token: (index, token) => this.#heed(() => listener.token(index, token)),
      done: (index, generation) => {
        this.#running.delete(answer)
        this.#heed(() => listener.done(index, generation))
        this.#count()
      },
    })
    this.#ready.push(answer)
  }

  #count(): void {
    this.#done++
    if (this.#done === this.call.count) this.end(null)
  }

  /** What the listener throws ends its own call only. */
  #heed(tell: () => void): void {
    if (this.#over) return
    try {
      tell()
    } catch (error) {
      this.end(error)
    }
  }
}
