/** Vectors made orthonormal, one after the other. */
import { addTo, dot, norm, unit, unlessRounding } from './vectors.ts'

/**
 * Unit vectors at right angles to each other that span what the rows span (Gram and Schmidt, each row taken twice so that
 * rounding does not add up). A row that lies along those before it adds nothing.
 */
export function orthonormal(rows: readonly ArrayLike<number>[]): Float64Array[] {
  const basis: Float64Array[] = []
  for (const row of rows) {
    const rest = Float64Array.from(row)
    const before = norm(rest)
    for (const _ of [1, 2]) for (const axis of basis) addTo(rest, axis, -dot(rest, axis))
    if (before > 0 && norm(unlessRounding(rest, before)) > 0) basis.push(unit(rest))
  }
  return basis
}
