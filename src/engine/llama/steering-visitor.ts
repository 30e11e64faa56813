/** Steering while a batch is computed. */
import { PlimsollError } from '../../errors.ts'
import { copyRow, distance } from '../edits/row.ts'
import { nameOfPlace, type PlaceKey, placeOf } from '../place.ts'
import { actsAt, type PlaceTerm } from '../steering.ts'
import type { Row, StateVisitor } from './state-callback.ts'
import type { Steered } from './steered.ts'

/** Edits the rows of each sequence by the steering of the request that occupies it. */
export class SteeringVisitor implements StateVisitor {
  readonly #bySequence: (Steered | null)[] = []
  readonly #places = new Map<PlaceKey, number>()
  /** The row before any term, and before the term at hand. */
  #before = new Float32Array(0)
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
    if (this.#before.length < width) {
      this.#before = new Float32Array(width)
      this.#beforeTerm = new Float32Array(width)
    }
    let changed = false
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!
      const steered = this.#bySequence[row.sequence]
      if (!steered || steered.failure !== null) continue
      const terms = steered.steering.places.get(place)
      if (terms !== undefined && this.#edit(steered, terms, place, row.position, states, i * width, width))
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
  ): boolean {
    const only = terms.length === 1 ? terms[0] : undefined
    if (only?.edit.moves !== undefined && only.gates === null && only.offsets.length === 1) {
      if (!this.#acts(steered, only, position, states, start, width)) return false
      return this.#shift(steered, only, place, states, start, width)
    }
    let length = -1
    try {
      for (const term of terms) {
        if (!this.#acts(steered, term, position, states, start, width)) continue
        if (length < 0) length = copyRow(states, start, width, this.#before)
        this.#apply(term, place, position, states, start)
      }
    } catch (error) {
      states.set(this.#before.subarray(0, width), start)
      steered.failure = error instanceof PlimsollError ? error : failedAt(place, error)
      return false
    }
    if (length < 0) return false
    const moved = distance(states, start, width, this.#before)
    return this.#settle(steered, place, moved, length, states, start, width)
  }

  /** The common case, one addition: what it moves is known beforehand. */
  #shift(
    steered: Steered,
    term: PlaceTerm,
    place: PlaceKey,
    states: Float32Array,
    start: number,
    width: number,
  ): boolean {
    const offset = start + (term.offsets[0] ?? 0)
    const length = copyRow(states, start, width, this.#before)
    term.edit.apply(states, offset, term.strength, nowhere)
    let broken = 0
    for (let i = start; i < start + width; i++) broken += states[i]! - states[i]!
    const moved = (term.edit.moves?.(term.strength) ?? 0) + broken
    return this.#settle(steered, place, moved, length, states, start, width)
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
      states.set(this.#before.subarray(0, width), start)
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

/** Edits with a known shift need no place. */
const nowhere = { layer: 0, position: 0 }

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
