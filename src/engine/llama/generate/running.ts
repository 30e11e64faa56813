/** Who is being answered, by sequence. */
import type { Entry } from './entry.ts'
import type { PrefixStore } from './prefix-store.ts'
import type { Sequences } from './sequences.ts'

export class Running {
  readonly #sequences: Sequences
  readonly #prefixes: PrefixStore
  /** A gap where an answer ended and nobody followed yet. */
  readonly #entries: (Entry | null)[] = []

  constructor(sequences: Sequences, prefixes: PrefixStore) {
    this.#sequences = sequences
    this.#prefixes = prefixes
  }

  /** In the order of their sequences. */
  get entries(): Entry[] {
    return this.#entries.filter(entry => entry !== null)
  }

  /** Sequences up to the last one in use. */
  get length(): number {
    return this.#entries.length
  }

  /** The lowest sequence that nobody is answered in. */
  get gap(): number {
    const gap = this.#entries.indexOf(null)
    return gap < 0 ? this.#entries.length : gap
  }

  isFree(sequence: number): boolean {
    return this.#entries[sequence] === null
  }

  put(sequence: number, entry: Entry): void {
    this.#entries[sequence] = entry
  }

  /**
   * An answer ended, whether it got as far as to be here or not: what it leaves, and what it began with, is trusted only
   * where it did not fail.
   */
  vacate(sequence: number, entry: Entry): void {
    const { answer, share } = entry
    if (answer.failed) {
      this.#sequences.spoil(sequence)
      if (share !== null) this.#prefixes.spoil(share)
    }
    this.#sequences.bequeath(sequence, answer)
    if (this.#entries[sequence] === entry) this.#entries[sequence] = null
  }

  release(which: (entry: Entry) => boolean): void {
    for (const [sequence, entry] of this.#entries.entries()) {
      if (entry === null || !which(entry)) continue
      this.#sequences.leave(sequence)
      this.#entries[sequence] = null
    }
  }

  /** Sequences in use must be neighbours, or the batch is split: the last one moves into a gap. */
  closeGaps(): void {
    for (;;) {
      while (this.#entries.length > 0 && this.#entries.at(-1) === null) this.#entries.pop()
      const gap = this.#entries.indexOf(null)
      const last = this.#entries.at(-1)
      if (gap < 0 || !last) return
      this.#sequences.move(this.#entries.length - 1, gap, last.answer)
      this.#entries[gap] = last
      this.#entries.pop()
    }
  }
}
