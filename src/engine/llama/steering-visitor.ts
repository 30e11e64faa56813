/** Steering while a batch is computed. */
import { PlimsollError } from '../../errors.ts'
import { editRow } from '../edit.ts'
import { type PlaceKey, placeOf } from '../place.ts'
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
      if (active.length === 0 || steered.failure !== null) continue
      const before = states.slice(i * width, (i + 1) * width)
      const change = editRow(states, i * width, active, this.#scratch)
      if (areFinite(states, i * width, width)) {
        steered.trace.record(place, change)
        changed = true
      } else {
        states.set(before, i * width)
        steered.failure = beyondNumbers(place)
      }
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

function areFinite(states: Float32Array, offset: number, width: number): boolean {
  // x − x is 0 for every finite x and NaN for the others.
  let sum = 0
  for (let i = offset; i < offset + width; i++) sum += states[i]! - states[i]!
  return sum === 0
}

function beyondNumbers(key: PlaceKey): PlimsollError {
  const { site, layer } = placeOf(key)
  return new PlimsollError('edit-failed', 'Steering pushed hidden states beyond what a number can hold', {
    found: `infinity or NaN at ${layer < 0 ? `the ${site}` : `${site} of layer ${layer}`}`,
    expected: 'finite values',
    fix: 'Lower the strength.',
  })
}
