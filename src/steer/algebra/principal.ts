/** The directions along which rows lie as far apart as they can. */
import { addTo, dot, norm, unit } from './vectors.ts'

export interface Components {
  /** Unit vectors at right angles to each other, the widest first; all zero where the rows have no more directions. */
  readonly axes: readonly Float64Array[]
  /** Sum of squares along each. */
  readonly values: readonly number[]
  /** Sum of squares in all. */
  readonly total: number
}

/** Where two directions are nearly alike wide, this many rounds bring them apart as far as matters. */
const mostRounds = 2000
/** A component that moves by less than this in a round has settled. */
const settled = 1e-12

/**
 * The first right singular vectors of `rows` as they are: whoever wants principal components takes the mean away first.
 * By power iteration on the rows' products, which are fewer than their coordinates.
 */
export function principalComponents(rows: readonly Float64Array[], count: number): Components {
  const width = rows[0]?.length ?? 0
  const products = rows.map(a => Float64Array.from(rows, b => dot(a, b)))
  const found: { weights: Float64Array; value: number }[] = []
  for (let k = 0; k < count; k++)
    found.push(
      dominant(
        products,
        found.map(({ weights }) => weights),
      ),
    )
  const axes = found.map(({ weights }) => {
    const along = new Float64Array(width)
    for (const [j, row] of rows.entries()) addTo(along, row, weights[j]!)
    return unit(along)
  })
  const total = products.reduce((sum, row, i) => sum + row[i]!, 0)
  return { axes, values: found.map(({ value }) => value), total }
}

/** The largest eigenvalue and its vector, at right angles to `others`. */
function dominant(matrix: readonly Float64Array[], others: readonly Float64Array[]) {
  // No start of its own: any vector that is not at right angles to the one that is looked for.
  let weights = unit(Float64Array.from(matrix, (_, i) => 1 + ((i * 7919) % 13)))
  let value = 0
  for (let round = 0; round < mostRounds; round++) {
    const next = Float64Array.from(matrix, row => dot(row, weights))
    for (const other of others) addTo(next, other, -dot(next, other))
    value = norm(next)
    const turned = unit(next)
    const moved = weights.reduce((most, weight, i) => Math.max(most, Math.abs(weight - turned[i]!)), 0)
    weights = turned
    if (moved < settled) break
  }
  return { weights, value }
}
