/**
 * Edits of one row of hidden states, in place. A row is one token's residual state h; û is a unit direction of the
 * same width. Nothing here allocates: these run for every edited token of every edited layer.
 */
import type { DirectionVector } from './types.ts'

/** Changes the row `states[offset … offset + unit.length)`. `amount` is α·s for `add` and α for `ablate`. */
export type RowEdit = (states: Float32Array, offset: number, unit: Float32Array, amount: number) => void

/** h + amount·û. */
export function add(states: Float32Array, offset: number, unit: Float32Array, amount: number): void {
  for (let i = 0; i < unit.length; i++) states[offset + i] = states[offset + i]! + amount * unit[i]!
}

/** h − amount·(h·û)·û: the whole component along û is gone at amount 1. */
export function ablate(states: Float32Array, offset: number, unit: Float32Array, amount: number): void {
  add(states, offset, unit, -amount * dot(states, offset, unit))
}

/** The row edit of each kind of vector. */
export const rowEdits: Readonly<Record<DirectionVector['edit'], RowEdit>> = { add, ablate }

/**
 * ‖h′ − h‖ that an edit is about to cause; call it before the edit. |amount| for `add`, |amount·(h·û)| for `ablate`,
 * both because ‖û‖ = 1.
 */
export function shift(
  edit: DirectionVector['edit'],
  states: Float32Array,
  offset: number,
  unit: Float32Array,
  amount: number,
): number {
  return Math.abs(edit === 'add' ? amount : amount * dot(states, offset, unit))
}

/**
 * ‖h′ − h‖ / ‖h‖ that an edit is about to cause; call it before the edit. 0 where nothing moves, also at h = 0;
 * Infinity where an edit moves a zero row.
 */
export function relativeChange(
  edit: DirectionVector['edit'],
  states: Float32Array,
  offset: number,
  unit: Float32Array,
  amount: number,
): number {
  const moved = shift(edit, states, offset, unit, amount)
  return moved === 0 ? 0 : moved / norm(states, offset, unit.length)
}

/** What one term does to a row of one layer. */
export interface RowTerm {
  readonly edit: DirectionVector['edit']
  readonly unit: Float32Array
  /** α·s for `add`, α for `ablate`. */
  readonly amount: number
}

/**
 * Applies terms to one row in their order and returns ‖h′ − h‖ / ‖h‖ of all of them together: what a trace reports.
 * `scratch` holds at least one row and is overwritten when there is more than one term.
 */
export function editRow(
  states: Float32Array,
  offset: number,
  terms: readonly RowTerm[],
  scratch: Float32Array,
): number {
  const only = terms[0]
  if (only === undefined) return 0
  if (terms.length === 1) {
    const change = relativeChange(only.edit, states, offset, only.unit, only.amount)
    rowEdits[only.edit](states, offset, only.unit, only.amount)
    return change
  }
  const width = only.unit.length
  for (let i = 0; i < width; i++) scratch[i] = states[offset + i]!
  const before = norm(states, offset, width)
  for (const term of terms) rowEdits[term.edit](states, offset, term.unit, term.amount)
  let moved = 0
  for (let i = 0; i < width; i++) {
    const difference = states[offset + i]! - scratch[i]!
    moved += difference * difference
  }
  return moved === 0 ? 0 : Math.sqrt(moved) / before
}

function dot(states: Float32Array, offset: number, unit: Float32Array): number {
  let sum = 0
  for (let i = 0; i < unit.length; i++) sum += states[offset + i]! * unit[i]!
  return sum
}

function norm(states: Float32Array, offset: number, width: number): number {
  let sum = 0
  for (let i = 0; i < width; i++) {
    const value = states[offset + i]!
    sum += value * value
  }
  return Math.sqrt(sum)
}
