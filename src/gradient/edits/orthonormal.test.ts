import { describe, expect, test } from 'vitest'
import { createRandom } from '../../random.ts'
import { OrthonormalRows } from './orthonormal.ts'

const [count, width] = [3, 7]
const random = createRandom(2, 'rows')
const values = (length: number) => Float64Array.from({ length }, () => 2 * random.next() - 1)
const row = (matrix: Float64Array, i: number) => matrix.subarray(i * width, (i + 1) * width)
const product = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0)

function farFromOrthonormal(matrix: Float64Array): number {
  const pairs = Array.from({ length: count * count }, (_, at) => [Math.floor(at / count), at % count] as const)
  return Math.max(...pairs.map(([i, j]) => Math.abs(product(row(matrix, i), row(matrix, j)) - (i === j ? 1 : 0))))
}

describe('rows', () => {
  const start = values(count * width)
  const map = new OrthonormalRows(start, count, width)
  const nothing = new Float64Array(count * width)

  test('are orthonormal at any coordinates', () => {
    for (const size of [0, 0.01, 1, 50]) {
      const coordinates = values(count * width).map(value => size * value)
      expect(farFromOrthonormal(map.rows(coordinates))).toBeLessThan(1e-12)
    }
  })

  test('begin as the start made orthonormal row by row, and with an orthonormal start as that', () => {
    const orthonormal = map.rows(nothing)
    // Gram and Schmidt: the part of the start's last row at right angles to the others.
    const last = row(start, 2).slice()
    for (const i of [0, 1]) {
      const by = product(row(orthonormal, i), row(start, 2))
      for (let l = 0; l < width; l++) last[l]! -= by * orthonormal[i * width + l]!
    }
    const along = product(last, row(orthonormal, 2)) / Math.hypot(...last)
    expect(along).toBeCloseTo(1, 12)
    const again = new OrthonormalRows(orthonormal, count, width).rows(nothing)
    for (const [i, value] of again.entries()) expect(value).toBeCloseTo(orthonormal[i]!, 12)
  })

  test('move with every coordinate that means something, and with no other', () => {
    const at = values(count * width)
    const before = map.rows(at)
    const moves = Array.from(at, (_, i) => {
      const rows = map.rows(at.map((value, j) => (i === j ? value + 0.1 : value)))
      return rows.some((value, j) => Math.abs(value - before[j]!) > 1e-6)
    })
    expect(moves).toEqual(Array.from(at, (_, i) => i % width > Math.floor(i / width)))
  })
})

test('as many rows as the width, or one, are no exception', () => {
  const square = new OrthonormalRows(values(9), 3, 3).rows(values(9))
  const dots = [0, 1, 2].map(i => square.slice(3 * i, 3 * i + 3).reduce((sum, value) => sum + value * value, 0))
  for (const dot of dots) expect(dot).toBeCloseTo(1, 12)
  expect(Math.hypot(...new OrthonormalRows(values(5), 1, 5).rows(values(5)))).toBeCloseTo(1, 12)
})

test('rows that depend on each other are refused', () => {
  const start = values(2 * width)
  start.set(
    row(start, 0).map(value => -2 * value),
    width,
  )
  expect(() => new OrthonormalRows(start, 2, width)).toThrow(
    expect.objectContaining({ code: 'invalid-input', found: 'row 1 within what the rows before it span' }),
  )
  expect(() => new OrthonormalRows(values(6), 3, 2)).toThrow(/depend/)
  expect(() => new OrthonormalRows(new Float64Array(4), 1, 4)).toThrow(/depend/)
})
