/** The sequences of one context: who is in them, and whether what they hold can be trusted. */
import { prepareSteered } from '../conditions.ts'
import type { DecodeContext } from '../context.ts'
import type { Steered } from '../steered.ts'
import type { SteeringVisitor } from '../steering-visitor.ts'
import type { Answer } from './answer.ts'

/**
 * A sequence whose states became NaN spoils whatever is computed in its stream later, even in cells that are not used:
 * zero times NaN is NaN. Copying another stream over it replaces every cell.
 */
export class Sequences {
  readonly context: DecodeContext
  readonly visitor: SteeringVisitor
  readonly #count: number
  readonly #spoiled = new Set<number>()

  constructor(context: DecodeContext, visitor: SteeringVisitor, count: number) {
    this.context = context
    this.visitor = visitor
    this.#count = count
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

  clear(sequence: number): void {
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
    this.#spoiled.clear()
  }
}
