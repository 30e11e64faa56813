/** Shared prefixes in sequences of their own, computed once and copied to those that begin with them. */
import { newSteered, type Steered } from '../steered.ts'
import type { Answer } from './answer.ts'
import type { Share } from './prefixes.ts'
import type { Sequences } from './sequences.ts'

export interface Prefix {
  readonly share: Share
  readonly sequence: number
  readonly steered: Steered | null
  /** Tokens computed so far. */
  at: number
}

export class PrefixStore {
  readonly #sequences: Sequences
  /** The first of the sequences for prefixes. */
  readonly #first: number
  readonly #places: (Prefix | null)[]

  constructor(sequences: Sequences, first: number, count: number) {
    this.#sequences = sequences
    this.#first = first
    this.#places = new Array<Prefix | null>(count).fill(null)
  }

  /** The prefix of a share, in a sequence of its own from now on; it may not be computed yet. */
  prefixFor(share: Share, answer: Answer, now: number): Prefix {
    const known = this.#places.find(prefix => prefix?.share === share)
    if (known) return known
    const place = this.#placeAt(now)
    const sequence = this.#first + place
    this.#sequences.clear(sequence)
    const { rendered, steering } = answer.request
    const steered = steering === null ? null : newSteered(steering, rendered)
    const prefix: Prefix = { share, sequence, steered, at: 0 }
    this.#places[place] = prefix
    return prefix
  }

  /** Whether the prefix of a share is computed. */
  isReady(share: Share): boolean {
    const known = this.#places.find(prefix => prefix?.share === share)
    return known != null && known.at === share.tokens
  }

  /** It is worth nothing, or may not be, and its sequence has to be healed. */
  spoil(share: Share): void {
    const place = this.#places.findIndex(prefix => prefix?.share === share)
    if (place < 0) return
    this.#places[place] = null
    this.#sequences.spoil(this.#first + place)
  }

  /** A free place, or that of the prefix which is wanted again last. */
  #placeAt(now: number): number {
    const next = this.#places.map(
      prefix => prefix?.share.members.find(member => member > now) ?? Number.POSITIVE_INFINITY,
    )
    return next.indexOf(Math.max(...next))
  }
}
