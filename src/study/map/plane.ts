/** The plane in which points lie as far apart as they can: two principal components. */
import { difference, dot, meanOf, principalComponents } from '../../steer/index.ts'

export interface Plane {
  /** Unit vectors, at right angles. */
  readonly axes: readonly [Float64Array, Float64Array]
  readonly centre: Float64Array
  /** Share of the points' variance along each. */
  readonly shares: readonly [number, number]
}

/** @param rows at least three points of one width, values finite */
export function principalPlane(rows: readonly ArrayLike<number>[]): Plane {
  const centre = meanOf(rows)
  const { axes, values, total } = principalComponents(
    rows.map(row => difference(row, centre)),
    2,
  )
  const share = (i: number) => (total > 0 ? (values[i] ?? 0) / total : 0)
  const [first = centre, second = centre] = axes
  return { axes: [first, second], centre, shares: [share(0), share(1)] }
}

/** Where a point falls on the plane. */
export function project({ axes, centre }: Plane, row: ArrayLike<number>): [x: number, y: number] {
  const moved = difference(row, centre)
  return [dot(axes[0], moved), dot(axes[1], moved)]
}
