import { expect, test } from 'vitest'
import { normal, randomUnit } from '../../../test/support/random.ts'
import { principalPlane, project } from './plane.ts'

test('points that spread along two directions are seen along them, the wider first', () => {
  const width = 40
  const [along, second] = [randomUnit(width, 1), randomUnit(width, 2)]
  const overlap = along.reduce((sum, value, i) => sum + value * second[i]!, 0)
  const across = second.map((value, i) => value - overlap * along[i]!)
  const length = Math.hypot(...across)
  const next = normal(3)
  const points = Array.from({ length: 120 }, () => {
    const [a, b] = [9 * next(), 3 * next()]
    return {
      a,
      b,
      row: Float32Array.from(along, (value, i) => 5 + a * value + (b * across[i]!) / length + 0.01 * next()),
    }
  })
  const plane = principalPlane(points.map(({ row }) => row))
  const aligned = (axis: Float64Array, to: Float32Array) =>
    Math.abs(axis.reduce((sum, value, i) => sum + value * to[i]!, 0))
  expect(aligned(plane.axes[0], along)).toBeGreaterThan(0.999)
  expect(
    aligned(
      plane.axes[1],
      across.map(value => value / length),
    ),
  ).toBeGreaterThan(0.999)
  expect(plane.shares[0] + plane.shares[1]).toBeGreaterThan(0.99)
  expect(plane.shares[0]).toBeGreaterThan(plane.shares[1])
  const mean = points.reduce((sum, { a }) => sum + a, 0) / points.length
  const sign = Math.sign(project(plane, points[0]!.row)[0] * (points[0]!.a - mean))
  for (const { a, row } of points) expect(sign * project(plane, row)[0]).toBeCloseTo(a - mean, 0)
})

test('points in one place have a plane that shows them in one place', () => {
  const plane = principalPlane(Array.from({ length: 4 }, () => [1, 2, 3]))
  expect(plane.shares).toEqual([0, 0])
  expect(project(plane, [1, 2, 3])).toEqual([0, 0])
})
