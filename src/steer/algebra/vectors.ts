/** Sums over vectors of one width, in double precision. */

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

export function norm(vector: ArrayLike<number>): number {
  return Math.sqrt(dot(vector, vector))
}

/** The same direction with length 1; a vector of length 0 stays as it is. */
export function unit(vector: Float64Array): Float64Array {
  const length = norm(vector)
  return length > 0 ? vector.map(value => value / length) : vector
}

/** Mean of at least one row. */
export function meanOf(rows: readonly ArrayLike<number>[]): Float64Array {
  const mean = new Float64Array(rows[0]?.length ?? 0)
  for (const row of rows) for (let i = 0; i < mean.length; i++) mean[i] = mean[i]! + row[i]! / rows.length
  return mean
}

export function difference(a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: a.length }, (_, i) => a[i]! - b[i]!)
}

/** Below this share of what it was made of, a vector is F32 rounding, which points nowhere. */
const leastLeft = 1e-5

/** A vector as it is; zero where nothing but rounding is left of one of length `before`. */
export function unlessRounding(rest: Float64Array, before: number): Float64Array {
  return norm(rest) < leastLeft * before ? rest.fill(0) : rest
}

/** `to` plus `factor` times `of`, in place. */
export function addTo(to: Float64Array, of: ArrayLike<number>, factor: number): void {
  for (let i = 0; i < to.length; i++) to[i] = to[i]! + factor * of[i]!
}
