import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { areaUnderCurve } from './auc.ts'
import fixtures from './fixtures.json' with { type: 'json' }

test.each(fixtures.auc)('area $area agrees with scipy', ({ positives, negatives, area, interval }) => {
  const found = areaUnderCurve(positives, negatives)
  expect(found.area).toBeCloseTo(area, 12)
  for (const i of [0, 1]) expect(found.interval[i]).toBeCloseTo(interval[i] ?? Number.NaN, 8)
})

const scores = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 30 })

describe('the area', () => {
  test('turns round with the sides, and is that of all pairs', () => {
    fc.assert(
      fc.property(scores, scores, (one, other) => {
        const { area, interval } = areaUnderCurve(one, other)
        const pairs = one.flatMap(a => other.map((b): number => (a > b ? 1 : a === b ? 0.5 : 0)))
        expect(area).toBeCloseTo(pairs.reduce((sum, pair) => sum + pair) / pairs.length, 12)
        const turned = areaUnderCurve(other, one)
        expect(turned.area).toBeCloseTo(1 - area, 12)
        expect(turned.interval[0]).toBeCloseTo(1 - interval[1], 6)
        expect(interval[0]).toBeLessThanOrEqual(area)
        expect(interval[1]).toBeGreaterThanOrEqual(area)
      }),
    )
  })

  test('has an interval where all are told apart, and none of an empty side', () => {
    expect(areaUnderCurve([3, 4, 5], [0, 1])).toMatchObject({ area: 1, interval: [expect.any(Number), 1] })
    expect(areaUnderCurve([3, 4, 5], [0, 1]).interval[0]).toBeLessThan(0.9)
    expect(() => areaUnderCurve([], [1])).toThrow(expect.objectContaining({ code: 'invalid-input' }))
  })
})
