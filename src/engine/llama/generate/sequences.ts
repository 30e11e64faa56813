/** The sequences of one context: who is in them, and whether what they hold can be trusted. */

import type { DecodeContext } from '../context.ts'
import { prepareSteered } from '../prepare-steered.ts'
import { sharedPrefix } from '../request.ts'
import type { Steered } from '../steered.ts'
import type { SteeringVisitor } from '../steering-visitor.ts'
import type { Answer } from './answer.ts'
import { shortestPrefix } from './prefixes.ts'

/** The first tokens of a sequence whose answer ended. */
export interface Leftover {
  readonly sequence: number
  readonly length: number
}

/**
 * A sequence whose states became NaN spoils whatever is computed in its stream later, even in cells that are not used:
 * zero times NaN is NaN. Copying another stream over it replaces every cell.
 */
export class Sequences {
  readonly context: DecodeContext
  readonly visitor: SteeringVisitor
  readonly #count: number
  readonly #leftovers: 'use' | 'leave'
  readonly #spoiled = new Set<number>()
  /** Tokens of an answer that ended, still in its sequence. */
  readonly #left = new Map<number, readonly number[]>()

  /** @param leftovers whether what is left of an answer can be cut down to what another shares with it */
  constructor(context: DecodeContext, visitor: SteeringVisitor, count: number, leftovers: 'use' | 'leave') {
    this.context = context
    this.visitor = visitor
    this.#count = count
    this.#leftovers = leftovers
    context.visitor = visitor
  }

  get spoiled(): boolean {
    return this.#spoiled.size > 0
  }

  /** Empties a sequence and lets an answer have it; what the answer wrote already counts as generated. */
  occupy(sequence: number, answer: Answer): Steered | null {
    this.clear(sequence)
    const { rendered, steering } = answer.request
    const steered = prepareSteered(this.context, this.visitor, sequence, rendered, steering)
    for (const token of answer.tokens) steered?.generated.push(token)
    answer.steered = steered
    return steered
  }

  leave(sequence: number): void {
    this.visitor.occupy(sequence, null)
  }

  /** Leaves what an answer computed for others to begin with. Edited states are not: nobody else has them. */
  bequeath(sequence: number, answer: Answer): void {
    this.leave(sequence)
    if (this.#leftovers === 'leave' || answer.steered !== null || this.#spoiled.has(sequence)) return
    this.#left.set(sequence, answer.unread)
  }

  /** What is left that has most in common with what an answer has to read; it always reads its last token itself. */
  leftoverFor(answer: Answer): Leftover | null {
    if (answer.request.steering !== null) return null
    const { unread } = answer
    let best: Leftover | null = null
    for (const [sequence, tokens] of this.#left) {
      const length = Math.min(sharedPrefix(tokens, unread), unread.length - 1)
      if (length >= (best?.length ?? shortestPrefix)) best = { sequence, length }
    }
    return best
  }

  /** Lets an answer begin with what is left of another. */
  inherit(leftover: Leftover, sequence: number, answer: Answer): void {
    if (leftover.sequence !== sequence) this.copy(leftover.sequence, sequence)
    this.#left.delete(sequence)
    this.context.truncate(sequence, leftover.length)
    this.visitor.occupy(sequence, null)
    answer.steered = null
  }

  clear(sequence: number): void {
    this.#left.delete(sequence)
    this.visitor.occupy(sequence, null)
    if (this.#spoiled.has(sequence)) this.#heal(sequence)
    this.context.truncate(sequence, -1)
  }

  /** Its states are no numbers, or may not be. */
  spoil(sequence: number): void {
    this.#spoiled.add(sequence)
  }

  /** An exact copy of what `source` holds. */
  copy(source: number, target: number): void {
    this.context.copy(source, target)
    this.#left.delete(target)
    if (this.#spoiled.has(source)) this.#spoiled.add(target)
    else this.#spoiled.delete(target)
  }

  /** Copies an answer into another sequence, which it has from then on. */
  move(source: number, target: number, answer: Answer): void {
    this.copy(source, target)
    this.visitor.occupy(source, null)
    this.visitor.occupy(target, answer.steered)
  }

  #heal(sequence: number): void {
    for (let source = 0; source < this.#count; source++) {
      if (this.#spoiled.has(source)) continue
      this.copy(source, sequence)
      return
    }
    // None is left that could be in use.
    this.context.wipe()
    this.#left.clear()
    this.#spoiled.clear()
  }
}
