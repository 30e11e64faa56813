/** What an edit is to whoever applies it, and what every kind of vector has to be checked for. */
import { PlimsollError } from '../../errors.ts'
import type { DenseMatrix, Direction, PerLayer } from '../steering-types.ts'

/** Where a row is, for errors and for edits of one's own. */
export interface At {
  readonly layer: number
  readonly position: number
}

/** A vector made ready for one place. */
export interface RowEdit {
  /** Changes the row `states[offset … offset + width)` in place; `strength` is α, times what gates make of it. */
  apply(states: Float32Array, offset: number, strength: number, at: At): void
  /** Where the edit adds α·scale·unit whatever h is: what whoever applies it may do by itself, and faster. */
  readonly adds?: Direction
}

/** Of one layer (−1 = embedding): how errors call it. */
export function layerName(layer: number): string {
  return layer < 0 ? 'the embedding' : `layer ${layer}`
}

/**
 * What a vector has for a layer, where one value may serve all of them.
 * @param mark a key that the value itself has and a record of layers has not
 * @throws PlimsollError `vector-mismatch`
 */
export function atLayer<T extends object>(values: PerLayer<T>, mark: keyof T, layer: number): T {
  const found = isOne(values, mark) ? values : values[layer]
  if (found !== undefined) return found
  throw new PlimsollError('vector-mismatch', `The vector has no direction for ${layerName(layer)}`, {
    expected: 'a direction for every layer its where-clause selects',
    fix: 'Name only layers the vector was fitted on.',
  })
}

export function isOne<T extends object>(values: PerLayer<T>, mark: keyof T): values is T {
  return mark in values
}

/** Arrays that were seen to hold numbers only: a thousand requests with one vector check it once. */
const sound = new WeakSet<Float32Array>()
const units = new WeakSet<Float32Array>()

/** @throws PlimsollError `vector-mismatch` for another width, `invalid-input` for values that are no numbers */
export function checkValues(values: Float32Array, length: number, what: string, layer: number): void {
  if (values.length !== length) {
    throw new PlimsollError('vector-mismatch', 'The vector was made for a model of another width', {
      found: `${values.length} values in the ${what} of ${layerName(layer)}`,
      expected: `${length}`,
      fix: 'Fit the vector on this model and at this site.',
    })
  }
  if (sound.has(values)) return
  if (!values.every(Number.isFinite)) throw notNumbers(`NaN or infinity in the ${what} of ${layerName(layer)}`)
  sound.add(values)
}

export function checkNumber(value: number, what: string, layer: number): void {
  if (!Number.isFinite(value)) throw notNumbers(`${what} ${value} of ${layerName(layer)}`)
}

function notNumbers(found: string): PlimsollError {
  return new PlimsollError('invalid-input', 'The vector holds values that are not numbers', {
    found,
    expected: 'finite values',
    fix: 'Fit the vector again; its file is damaged or its fit failed.',
  })
}

/** A norm may differ from 1 by what single precision makes of it, and of a rounding in a file. */
const unitTolerance = 1e-3

/** @throws PlimsollError as `checkValues`, and `invalid-input` for a direction that is not of length 1 */
export function checkUnit(unit: Float32Array, width: number, what: string, layer: number): void {
  checkValues(unit, width, what, layer)
  if (units.has(unit)) return
  const length = Math.hypot(...unit)
  if (Math.abs(length - 1) > unitTolerance) {
    throw new PlimsollError('invalid-input', `The ${what} of ${layerName(layer)} is not of length 1`, {
      found: `length ${length.toPrecision(4)}`,
      expected: 'a unit direction, its length told by `scale`',
      fix: 'Divide the direction by its length, and give that length as `scale`.',
    })
  }
  units.add(unit)
}

/** @throws PlimsollError */
export function checkDirection(direction: Direction, width: number, layer: number): void {
  checkUnit(direction.unit, width, 'direction', layer)
  checkNumber(direction.scale, 'scale', layer)
}

/** @throws PlimsollError */
export function checkMatrix(matrix: DenseMatrix, rows: number, columns: number, what: string, layer: number): void {
  if (matrix.rows !== rows || matrix.columns !== columns) {
    throw new PlimsollError('vector-mismatch', `The ${what} of ${layerName(layer)} has another shape`, {
      found: `${matrix.rows} × ${matrix.columns}`,
      expected: `${rows} × ${columns}`,
      fix: 'Fit the vector on this model and at this site.',
    })
  }
  checkValues(matrix.values, rows * columns, what, layer)
}
