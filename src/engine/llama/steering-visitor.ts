/** Steering while a batch is computed. */
import { PlimsollError } from '../../errors.ts'
import { addScaledTo, copyRow, distance, norm } from '../edits/row.ts'
import { nameOfPlace, type PlaceKey, placeOf } from '../place.ts'
import { actsAt, type PlaceTerm } from '../steering.ts'
import type { Direction } from '../types.ts'
import type { Row, StateVisitor } from './state-callback.ts'
import type { Steered } from './steered.ts'

/** Edits the rows of each sequence by the steering of the request that occupies it. */
export class SteeringVisitor implements StateVisitor {
  readonly #bySequence: (Steered | null)[] = []
  readonly #places = new Map<PlaceKey, number>()
  /** All rows as they came, from the first edit of a visit on. */
  #before = new Float32Array(0)
  #isKept = false
  /** The row before the term at hand. */
  #beforeTerm = new Float32Array(0)

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
    this.#isKept = false
    let changed = false
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!
      const steered = this.#bySequence[row.sequence]
      if (!steered || steered.failure !== null) continue
      const terms = steered.steering.places.get(place)
      if (
        terms !== undefined &&
        this.#edit(steered, terms, place, row.position, states, i * width, width, rows.length * width)
      )
        changed = true
      // What a condition reads is what the model goes on with: the row after the edits that are there anyway.
      steered.conditions?.read(place, row.position, states, i * width, width)
    }
    for (const row of rows) this.#bySequence[row.sequence]?.conditions?.decideAfter(place)
    return changed
  }

  /** Returns whether the row was changed. What an edit throws, or breaks, fails its request and leaves the row. */
  #edit(
    steered: Steered,
    terms: readonly PlaceTerm[],
    place: PlaceKey,
    position: number,
    states: Float32Array,
    start: number,
    width: number,
    all: number,
  ): boolean {
    const only = terms.length === 1 ? terms[0] : undefined
    if (only?.edit.adds?.unit.length === width && only.gates === null) {
      if (!this.#acts(steered, only, position, states, start, width)) return false
      this.#keep(states, all)
      return this.#add(steered, only.edit.adds, only.strength, place, states, start, width)
    }
    let length = -1
    try {
      for (const term of terms) {
        if (!this.#acts(steered, term, position, states, start, width)) continue
        this.#keep(states, all)
        if (length < 0) length = norm(states, start, width)
        this.#apply(term, place, position, states, start)
      }
    } catch (error) {
      this.#restore(states, start, width)
      steered.failure = error instanceof PlimsollError ? error : failedAt(place, error)
      return false
    }
    if (length < 0) return false
    const moved = distance(states, start, width, this.#before, start)
    return this.#settle(steered, place, moved, length, states, start, width)
  }

  /** The common case, one addition: how far it moves is known beforehand. */
  #add(
    steered: Steered,
    { unit, scale }: Direction,
    strength: number,
    place: PlaceKey,
    states: Float32Array,
    start: number,
    width: number,
  ): boolean {
    const amount = strength * scale
    const length = addScaledTo(states, start, unit, amount)
    // No value can be larger than both lengths together, so only near the end of single precision is each looked at.
    const isSafe = length + Math.abs(amount) < largestSafe
    const moved = isSafe ? Math.abs(amount) : distance(states, start, width, this.#before, start)
    return this.#settle(steered, place, moved, length, states, start, width)
  }

  /** One copy of all rows is faster than one of each. */
  #keep(states: Float32Array, all: number): void {
    if (this.#isKept) return
    if (this.#before.length < all) this.#before = new Float32Array(all)
    this.#before.set(states.length === all ? states : states.subarray(0, all))
    this.#isKept = true
  }

  #restore(states: Float32Array, start: number, width: number): void {
    states.set(this.#before.subarray(start, start + width), start)
  }

  #settle(
    steered: Steered,
    place: PlaceKey,
    moved: number,
    length: number,
    states: Float32Array,
    start: number,
    width: number,
  ): boolean {
    if (!Number.isFinite(moved)) {
      this.#restore(states, start, width)
      steered.failure = beyondNumbers(place)
      return false
    }
    // A state of zeros has no length to compare with: moved at all counts as moved by the whole of it.
    steered.trace.record(place, moved === 0 ? 0 : length === 0 ? 1 : moved / length)
    return true
  }

  #acts(
    steered: Steered,
    term: PlaceTerm,
    position: number,
    states: Float32Array,
    start: number,
    width: number,
  ): boolean {
    if (steered.conditions !== null && !steered.conditions.isOpen(term.term)) return false
    const row = term.selection.readsStates ? states.subarray(start, start + width) : null
    if (!actsAt(term, position, steered.generated, row)) return false
    return term.gates === null || term.offsets.some(offset => term.gates?.factor(states, start + offset) !== 0)
  }

  #apply(term: PlaceTerm, place: PlaceKey, position: number, states: Float32Array, start: number): void {
    const at = { layer: placeOf(place).layer, position }
    const { edit, strength, gates, width } = term
    for (const from of term.offsets) {
      const offset = start + from
      if (gates === null) {
        edit.apply(states, offset, strength, at)
        continue
      }
      const factor = gates.factor(states, offset)
      if (factor === 0) continue
      if (gates.limit === Number.POSITIVE_INFINITY) {
        edit.apply(states, offset, strength * factor, at)
        continue
      }
      if (this.#beforeTerm.length < width) this.#beforeTerm = new Float32Array(width)
      const allowed = gates.limit * copyRow(states, offset, width, this.#beforeTerm)
      edit.apply(states, offset, strength * factor, at)
      const moved = distance(states, offset, width, this.#beforeTerm)
      if (!(moved > allowed)) continue
      const share = allowed / moved
      for (let i = 0; i < width; i++) {
        const before = this.#beforeTerm[i]!
        states[offset + i] = before + share * (states[offset + i]! - before)
      }
    }
  }

  #count(steered: Steered | null | undefined, by: 1 | -1): void {
    for (const place of placesRead(steered)) {
      const left = (this.#places.get(place) ?? 0) + by
      if (left === 0) this.#places.delete(place)
      else this.#places.set(place, left)
    }
  }
}

/** Single precision ends at 3.4e38; a unit vector may be longer than 1 by what its check lets pass. */
const largestSafe = 1e38

function* placesRead(steered: Steered | null | undefined): Iterable<PlaceKey> {
  if (!steered) return
  yield* steered.steering.places.keys()
  if (steered.conditions !== null) yield* steered.conditions.places
}

function beyondNumbers(place: PlaceKey): PlimsollError {
  return new PlimsollError('edit-failed', 'Steering pushed hidden states beyond what a number can hold', {
    found: `infinity or NaN at ${nameOfPlace(place)}`,
    expected: 'finite values',
    fix: 'Lower the strength.',
  })
}

function failedAt(place: PlaceKey, cause: unknown): PlimsollError {
  return new PlimsollError('edit-failed', 'Editing hidden states failed', {
    found: `${cause instanceof Error ? cause.message : String(cause)} at ${nameOfPlace(place)}`,
    fix: 'Check the steering of this request; others are not affected.',
    cause,
  })
}
