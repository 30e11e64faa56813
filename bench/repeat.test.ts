import { expect, test } from 'vitest'
import { medianOf } from './repeat.ts'

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1)

test('the median of an even number of values lies between the middle two', () => {
  expect(medianOf([4, 1, 3, 2]).median).toBe(2.5)
  expect(medianOf([7]).median).toBe(7)
})

test('ranks of the interval are those of the tables', () => {
  // Conover 1999, table A3: n = 11 → ranks 2 and 10, n = 20 → 6 and 15, n = 25 → 8 and 18.
  expect(medianOf(upTo(11)).interval).toEqual([2, 10])
  expect(medianOf(upTo(20)).interval).toEqual([6, 15])
  expect(medianOf(upTo(25)).interval).toEqual([8, 18])
})

test('too few values give all that was seen', () => {
  expect(medianOf([3, 1, 2]).interval).toEqual([1, 3])
})
