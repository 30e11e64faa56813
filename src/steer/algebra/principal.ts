/** The directions along which rows lie as far apart as they can. */
import { symmetricEigen } from './symmetric-eigen.ts'
import { addTo, dot, unit } from './vectors.ts'

export interface Components {
  /** Unit vectors at right angles to each other, the widest first; zero where the rows have no more directions. */
  readonly axes: readonly Float64Array[]
  /** Sum of squares along each. */
  readonly values: readonly number[]
  /** Sum of squares in all. */
  readonly total: number
}

/** Below this share of the largest sum of squares a direction is rounding. */
const leastShare = 1e-12

/**
 * The first right singular vectors of `rows` as they are: whoever wants principal components takes the mean away first.
 * From the rows' products, which are fewer than their coordinates.
 */
export function principalComponents(rows: readonly Float64Array[], count: number): Components {
  const width = rows[0]?.length ?? 0
  const products = rows.map(a => Float64Array.from(rows, b => dot(a, b)))
  const total = products.reduce((sum, row, i) => sum + row[i]!, 0)
  const { values, vectors } = symmetricEigen(products)
  const axes = Array.from({ length: count }, (_, k) => {
    const along = new Float64Array(width)
    const value = values[k] ?? 0
    if (value <= leastShare * total) return along
    for (const [j, row] of rows.entries()) addTo(along, row, vectors[k]![j]!)
    return unit(along)
  })
  return { axes, values: axes.map((_, k) => Math.max(0, values[k] ?? 0)), total }
}
