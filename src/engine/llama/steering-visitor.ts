/** Steering while a batch is computed. */
import { editRow } from '../edit.ts'
import type { PlaceKey } from '../place.ts'
import { termsAt } from '../steering.ts'
import type { Row, StateVisitor } from './context.ts'
import type { Steered } from './steered.ts'

/** Edits the rows of each sequence by the steering of the request that occupies it. */
export class SteeringVisitor implements StateVisitor {
  readonly #bySequence: (Steered | null)[] = []
  readonly #places = new Map<PlaceKey, number>()
  readonly #scratch: Float32Array

  constructor(width: number) {
    this.#scratch = new Float32Array(width)
  }

  /** Says which request occupies a sequence from now on; null for none, or for one without steering. */
  occupy(sequence: number, steered: Steered | null): void {
    this.#count(this.#bySequence[sequence], -1)
    this.#bySequence[sequence] = steered
    this.#count(steered, 1)
  }

  wants(place: PlaceKey): boolean {
    return this.#places.has(place)
  }

  visit(place: PlaceKey, states: Float32Array, width: number, rows: readonly Row[]): boolean {
    let changed = false
    for (const [i, row] of rows.entries()) {
      const steered = this.#bySequence[row.sequence]
      const terms = steered?.steering.places.get(place)
      if (!steered || terms === undefined) continue
      const active = termsAt(terms, row.position, steered.generated)
      if (active.length === 0) continue
      steered.trace.record(place, editRow(states, i * width, active, this.#scratch))
      changed = true
    }
    return changed
  }

  #count(steered: Steered | null | undefined, by: 1 | -1): void {
    for (const place of steered?.steering.places.keys() ?? []) {
      const left = (this.#places.get(place) ?? 0) + by
      if (left === 0) this.#places.delete(place)
      else this.#places.set(place, left)
    }
  }
}
