/** The text of an answer as its tokens arrive: bytes may end in the middle of a character, stop strings in one of a token. */
import type { Vocabulary } from './vocabulary.ts'

export class AnswerText {
  readonly #vocabulary: Vocabulary
  readonly #stop: readonly string[]
  readonly #held: number
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  #text = ''
  #taken = 0
  #ended = false

  constructor(vocabulary: Vocabulary, stop: readonly string[]) {
    this.#vocabulary = vocabulary
    this.#stop = stop
    // What could still become a stop string is not shown yet.
    this.#held = Math.max(0, ...stop.map(text => text.length - 1))
  }

  /** Adds a token; true when a stop string is complete. The text then ends before it. */
  push(token: number): boolean {
    const before = this.#text.length
    this.#text += this.#decoder.decode(this.#vocabulary.piece(token), { stream: true })
    // One token may complete several: the one that begins first is the one meant.
    const ends = this.#stop
      .map(stop => (stop === '' ? -1 : this.#text.indexOf(stop, Math.max(0, before - stop.length + 1))))
      .filter(at => at >= 0)
    if (ends.length === 0) return false
    this.#text = this.#text.slice(0, Math.min(...ends))
    this.#ended = true
    return true
  }

  /** Text that was not taken yet; all of it when the answer is complete. */
  take(complete: boolean): string {
    if (complete && !this.#ended) {
      this.#text += this.#decoder.decode()
      this.#ended = true
    }
    let end = complete ? this.#text.length : Math.max(this.#taken, this.#text.length - this.#held)
    // Not between the two halves of a character.
    if (end < this.#text.length && isFirstHalf(this.#text.charCodeAt(end - 1))) end--
    const text = this.#text.slice(this.#taken, end)
    this.#taken = Math.max(this.#taken, end)
    return text
  }

  get whole(): string {
    return this.#text
  }
}

/** Whether a unit of UTF-16 is the first of two. */
function isFirstHalf(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff
}
