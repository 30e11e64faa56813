import fc from 'fast-check'
import { expect, it } from 'vitest'
import { symmetricEigen } from './symmetric-eigen.ts'
import { dot } from './vectors.ts'

const symmetric = fc
  .integer({ min: 1, max: 9 })
  .chain(n =>
    fc.array(fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: n, maxLength: n }), {
      minLength: n,
      maxLength: n,
    }),
  )
  .map(rows => rows.map((row, i) => Float64Array.from(row, (value, j) => (j <= i ? value : rows[j]![i]!))))

it('gives vectors that the matrix only stretches, at right angles, the widest first', () => {
  fc.assert(
    fc.property(symmetric, matrix => {
      const { values, vectors } = symmetricEigen(matrix)
      expect(values).toEqual([...values].sort((a, b) => b - a))
      for (const [k, vector] of vectors.entries()) {
        for (const [i, row] of matrix.entries()) expect(dot(row, vector)).toBeCloseTo(values[k]! * vector[i]!, 8)
        for (const [j, other] of vectors.entries()) expect(dot(vector, other)).toBeCloseTo(j === k ? 1 : 0, 10)
      }
    }),
  )
})

it('tells equal eigenvalues as they are', () => {
  const { values } = symmetricEigen([Float64Array.of(2, 0, 0), Float64Array.of(0, 2, 0), Float64Array.of(0, 0, -1)])
  expect(values).toEqual([2, 2, -1])
})
