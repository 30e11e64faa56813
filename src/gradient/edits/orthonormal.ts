/**
 * Matrices with orthonormal rows by coordinates that are free, so that a step of any optimiser keeps the rows orthonormal.
 *
 * Rᵀ = B·H₁…Hₖ·E: the Hᵢ are Householder reflections whose vectors have 1 at place i and the coordinates behind it, E
 * holds −1 on its diagonal, and B is orthogonal and begins with the rows at the start, which coordinates of 0 give. This
 * is the map of `torch.nn.utils.parametrizations.orthogonal` (PyTorch 2.15) for tall matrices. torch fills B up with
 * random columns and keeps all of it, width × width; here it is the product of the k reflections that bring the start to
 * triangular form, and width × k is enough.
 */
import { PlimsollError } from '../../errors.ts'

/** Rows this close to what the rows before them span (both of length 1) are taken to depend on them. */
const leastApart = 1e-3

interface Reflection {
  readonly vector: Float64Array
  /** 2/|vector|² */
  readonly factor: number
}

export class OrthonormalRows {
  readonly #count: number
  readonly #width: number
  readonly #base: readonly Reflection[]
  /** Of the base's first columns. */
  readonly #signs: readonly number[]

  /**
   * @param start rows × width, row-major; made orthonormal
   * @throws PlimsollError `invalid-input` where a row depends on those before it
   */
  constructor(start: Float64Array, count: number, width: number) {
    this.#count = count
    this.#width = width
    const { reflections, signs } = triangular(start, count, width)
    this.#base = reflections
    this.#signs = signs
  }

  /** Rows × width. @param coordinates of the same shape; those on the diagonal and before it mean nothing */
  rows(coordinates: Float64Array): Float64Array {
    const reflections = this.#reflections(coordinates)
    const rows = new Float64Array(this.#count * this.#width)
    for (let i = 0; i < this.#count; i++) {
      const row = rows.subarray(i * this.#width, (i + 1) * this.#width)
      row[i] = -1
      // The reflections after the i-th leave this column alone.
      for (const reflection of reflections.slice(0, i + 1).toReversed()) reflect(row, reflection)
      this.#turn(row)
      for (const reflection of this.#base.toReversed()) reflect(row, reflection)
    }
    return rows
  }

  /** Adds the gradient by the coordinates to `into`. @param gradient by the rows; used up */
  back(coordinates: Float64Array, gradient: Float64Array, into: Float64Array): void {
    const width = this.#width
    const reflections = this.#reflections(coordinates)
    for (let i = 0; i < this.#count; i++) {
      const pull = gradient.subarray(i * width, (i + 1) * width)
      for (const reflection of this.#base) reflect(pull, reflection)
      this.#turn(pull)
      // The column as it was before each of its reflections, the last of them first.
      const column = new Float64Array(width)
      column[i] = -1
      const before: Float64Array[] = []
      for (const reflection of reflections.slice(0, i + 1).toReversed()) {
        before.unshift(column.slice())
        reflect(column, reflection)
      }
      for (const [j, state] of before.entries()) {
        const { vector, factor } = reflections[j]!
        const along = dot(vector, state)
        const pulled = dot(vector, pull)
        for (let l = j + 1; l < width; l++)
          into[j * width + l]! -=
            factor * (along * pull[l]! + pulled * state[l]! - factor * along * pulled * vector[l]!)
        reflect(pull, reflections[j]!)
      }
    }
  }

  #reflections(coordinates: Float64Array): Reflection[] {
    return Array.from({ length: this.#count }, (_, i) => {
      const vector = coordinates.slice(i * this.#width, (i + 1) * this.#width)
      vector.fill(0, 0, i)
      vector[i] = 1
      return reflection(vector)
    })
  }

  #turn(column: Float64Array): void {
    for (const [i, sign] of this.#signs.entries()) column[i]! *= sign
  }
}

/** Householder's QR decomposition of the matrix whose columns are the rows given; Golub and Van Loan, algorithm 5.2.1. */
function triangular(start: Float64Array, count: number, width: number) {
  const reflections: Reflection[] = []
  const signs: number[] = []
  for (let i = 0; i < count; i++) {
    const column = start.slice(i * width, (i + 1) * width)
    const long = Math.sqrt(dot(column, column))
    for (const before of reflections) reflect(column, before)
    column.fill(0, 0, i)
    const left = Math.sqrt(dot(column, column))
    if (!(left > leastApart * long)) throw dependent(i)
    const sign = column[i]! < 0 ? -1 : 1
    column[i]! += sign * left
    reflections.push(reflection(column))
    signs.push(-sign)
  }
  return { reflections, signs }
}

function reflection(vector: Float64Array): Reflection {
  return { vector, factor: 2 / dot(vector, vector) }
}

function reflect(column: Float64Array, { vector, factor }: Reflection): void {
  const by = factor * dot(vector, column)
  for (let i = 0; i < column.length; i++) column[i]! -= by * vector[i]!
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

function dependent(row: number): PlimsollError {
  return new PlimsollError('invalid-input', 'The projection to start from has rows that depend on each other', {
    found: `row ${row} within what the rows before it span`,
    expected: 'orthonormal rows, no more than the model is wide',
    fix: 'Orthonormalise the rows, or take a lower rank.',
  })
}
