import { expect, test } from 'vitest'
import type { KnownStrength } from '../../src/study/known-strengths.ts'
import { reachOf, widened } from '../../web/src/playground/reach.ts'

const axes = { efficacy: null, general: null, control: null, robustness: null }
const at = (strength: number): KnownStrength => ({
  strength,
  how: 'tested',
  run: 'r',
  study: 's',
  condition: 'c',
  verdict: 'within',
  axes,
})

test.each([
  [[], [0, 4]],
  [[2], [0, 3]],
  [
    [1, 4],
    [0, 5],
  ],
  [[0.1], [0, 1]],
  [
    [-2, 1],
    [-3, 3],
  ],
  [[9999], [0, 10_000]],
])('over strengths %j a slider reaches %j', (strengths, reach) => {
  expect(reachOf(strengths.map(at))).toEqual(reach)
})

test('the end of a slider stays where it is, however often it is dragged there', () => {
  expect(widened([0, 3], 3)).toEqual([0, 3])
  expect(widened([-3, 3], -3)).toEqual([-3, 3])
})

test.each([
  [[0, 4], 12.5, [0, 16]],
  [[0, 4], -12.5, [-16, 16]],
  [[0, 4], -1, [-4, 4]],
  [[-3, 3], 8, [-10, 10]],
  [[0, 4], 10_000, [0, 10_000]],
] as const)('from %j, %d is reached by %j', (reach, strength, wider) => {
  expect(widened(reach, strength)).toEqual(wider)
})
