/** The plane in which points lie as far apart as they can: two principal components. */

export interface Plane {
  /** Unit vectors, at right angles. */
  readonly axes: readonly [Float64Array, Float64Array]
  readonly centre: Float64Array
  /** Share of the points' variance along each. */
  readonly shares: readonly [number, number]
}

/** Enough for two components to settle to what a picture shows. */
const rounds = 200

/**
 * @param rows at least three points of one width, values finite
 * Source: principal components by power iteration on the points' products, which are fewer than their coordinates.
 */
export function principalPlane(rows: readonly ArrayLike<number>[]): Plane {
  const width = rows[0]?.length ?? 0
  const centre = new Float64Array(width)
  for (const row of rows) for (let i = 0; i < width; i++) centre[i] = centre[i]! + row[i]! / rows.length
  const centred = rows.map(row => Float64Array.from({ length: width }, (_, i) => row[i]! - centre[i]!))
  const products = centred.map(a => Float64Array.from(centred, b => dot(a, b)))
  const total = products.reduce((sum, row, i) => sum + row[i]!, 0)
  const first = dominant(products, [])
  const second = dominant(products, [first.weights])
  const axis = (weights: Float64Array) => {
    const along = new Float64Array(width)
    for (const [j, row] of centred.entries())
      for (let i = 0; i < width; i++) along[i] = along[i]! + weights[j]! * row[i]!
    return unit(along)
  }
  const share = (value: number) => (total > 0 ? value / total : 0)
  return {
    axes: [axis(first.weights), axis(second.weights)],
    centre,
    shares: [share(first.value), share(second.value)],
  }
}

/** Where a point falls on the plane. */
export function project({ axes, centre }: Plane, row: ArrayLike<number>): [x: number, y: number] {
  const along = (axis: Float64Array) => axis.reduce((sum, value, i) => sum + value * (row[i]! - centre[i]!), 0)
  return [along(axes[0]), along(axes[1])]
}

/** The largest eigenvalue and its vector, at right angles to `others`. */
function dominant(matrix: readonly Float64Array[], others: readonly Float64Array[]) {
  // No start of its own: any vector that is not at right angles to the one that is looked for.
  let weights = unit(Float64Array.from(matrix, (_, i) => 1 + ((i * 7919) % 13)))
  let value = 0
  for (let round = 0; round < rounds; round++) {
    const next = Float64Array.from(matrix, row => dot(row, weights))
    for (const other of others) {
      const along = dot(next, other)
      for (let i = 0; i < next.length; i++) next[i] = next[i]! - along * other[i]!
    }
    value = Math.hypot(...next)
    weights = unit(next)
  }
  return { weights, value }
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0)
}

function unit(vector: Float64Array): Float64Array {
  const length = Math.hypot(...vector)
  return length > 0 ? vector.map(value => value / length) : vector
}
