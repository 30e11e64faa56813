import { describe, expect, test } from 'vitest'
import { quantile } from './bootstrap.ts'
import fixtures from './fixtures.json' with { type: 'json' }
import { acceleration, bcaInterval, gridBootstrap, pairedBootstrap, percentileInterval } from './index.ts'

const pairs = (values: readonly number[]) => values.map((value, i) => ({ baseline: i, steered: i + value }))

test.each(fixtures.bootstrap)(
  'on the same redraws the intervals are those of scipy',
  ({ values, redrawn, percentile, bca }) => {
    const ascending = Float64Array.from(redrawn)
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    expect(percentileInterval(ascending)).toEqual(percentile.map(bound => expect.closeTo(bound, 12)))
    expect(bcaInterval(ascending, mean, acceleration(values))).toEqual(bca.map(bound => expect.closeTo(bound, 10)))
  },
)

describe('against every redraw there is', () => {
  // Tolerances are four standard errors of 40 000 draws: 0.35 % of the spread for it, 3 % for a quantile at 0.025.
  test.each(fixtures.everyRedrawOfPairs)('pairs $values', ({ values, error, quantiles, studentised }) => {
    const found = pairedBootstrap(pairs(values), { seed: 11, draws: 40_000, method: 'percentile' })
    expect(Math.abs(found.error / error - 1)).toBeLessThan(0.02)
    const scored = pairedBootstrap(pairs(values), { seed: 11, draws: 40_000 })
    for (const side of [0, 1] as const) {
      expect(Math.abs(found.interval[side] - quantiles[side]!) / error).toBeLessThan(0.12)
      // The tails of the scores are long.
      expect(Math.abs(scored.interval[side] - studentised[side]!) / error).toBeLessThan(0.4)
    }
  })

  test.each(fixtures.everyRedrawOfGrid)('a grid', ({ rows, error, quantiles }) => {
    const grid = rows.map(([value = 0, t, p]) => ({ value, template: `t${t}`, prompt: `p${p}` }))
    const found = gridBootstrap(grid, { seed: 12, draws: 40_000 })
    expect(Math.abs(found.error / error - 1)).toBeLessThan(0.02)
    for (const side of [0, 1] as const) {
      expect(Math.abs(found.interval[side] - quantiles[side]!) / error).toBeLessThan(0.12)
    }
  })
})

test('a seed gives the same interval, another seed another', () => {
  const sample = pairs([0.3, -1, 2, 0.4, 0.1, -0.6, 0.9])
  expect(pairedBootstrap(sample, { seed: 1 })).toEqual(pairedBootstrap(sample, { seed: 1 }))
  expect(pairedBootstrap(sample, { seed: 1 }).interval).not.toEqual(pairedBootstrap(sample, { seed: 2 }).interval)
})

test('differences that are all alike leave a point', () => {
  expect(pairedBootstrap(pairs([0.25, 0.25, 0.25]), { seed: 1 })).toMatchObject({ interval: [0.25, 0.25], error: 0 })
})

test('a bound is infinite where too many redraws are alike', () => {
  const [lower, upper] = pairedBootstrap(pairs([0, 0, 1]), { seed: 1 }).interval
  expect([lower, upper]).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY])
})

test('quantiles interpolate', () => {
  expect(quantile(Float64Array.of(0, 1, 2, 4), 0.75)).toBeCloseTo(2.5, 12)
  expect(quantile(Float64Array.of(3), 0.9)).toBe(3)
})

test('refuses too little', () => {
  expect(() => pairedBootstrap(pairs([1]), { seed: 1 })).toThrow('two pairs')
  expect(() => pairedBootstrap(pairs([1, Number.NaN]), { seed: 1 })).toThrow('two pairs')
  expect(() => pairedBootstrap(pairs([1, 2]), { seed: 1, draws: 10 })).toThrow('draws')
  expect(() => gridBootstrap([{ value: 1, template: 'a', prompt: 'b' }], { seed: 1 })).toThrow('two templates')
})
