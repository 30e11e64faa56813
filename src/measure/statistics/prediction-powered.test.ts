import { describe, expect, test } from 'vitest'
import fixtures from './fixtures.json' with { type: 'json' }
import {
  type Count,
  judgedSample,
  predictionPoweredChange,
  predictionPoweredMean,
  predictionPoweredRate,
  wilson,
} from './index.ts'

const close = (values: readonly number[], digits = 10) => values.map(value => expect.closeTo(value, digits))
const counted = ([count = Number.NaN, n = Number.NaN]: readonly number[]): Count => ({ count, n })

describe('a mean', () => {
  test.each(fixtures.poweredMean)('agrees with the formulas in numpy', ({ strata, estimate, lambdas, interval }) => {
    // The third case has λ = 1 given.
    const lambda = lambdas.every(value => value === 1) ? 1 : 'tuned'
    const found = predictionPoweredMean(strata, { lambda })
    expect(found.estimate).toBeCloseTo(estimate, 12)
    expect(found.lambdas).toEqual(close(lambdas))
    expect(found.interval).toEqual(close(interval))
  })

  test.each(fixtures.ppiPy)('agrees with ppi_py, λ $lam', ({ counts, lam, tuned, estimate, interval }) => {
    const { both, missed, false: wrong, n, rest } = counts
    const many = <T>(count: number, value: T) => Array.from({ length: count }, () => value)
    const sample = {
      labelled: [
        ...many(both, { label: 1, predicted: 1 }),
        ...many(missed, { label: 1, predicted: 0 }),
        ...many(wrong, { label: 0, predicted: 1 }),
        ...many(n - both - missed - wrong, { label: 0, predicted: 0 }),
      ],
      unlabelled: [...many(rest[0]!, 1), ...many(rest[1]! - rest[0]!, 0)],
    }
    const found = predictionPoweredMean([sample], { lambda: lam ?? 'tuned' })
    if (lam === null) expect(found.lambdas).toEqual(close([tuned]))
    expect(found.estimate).toBeCloseTo(estimate, 10)
    // ppi_py divides by n and takes the normal quantile: 1/(2n) and 1.96 against 1.963 of half the width.
    for (const side of [0, 1] as const) {
      expect(Math.abs((found.interval[side] - found.estimate) / (interval[side]! - estimate) - 1)).toBeLessThan(0.003)
    }
  })

  test('without unlabelled rows it is the labels alone', () => {
    const labelled = [1, 0, 0, 1, 1].map(label => ({ label, predicted: 1 - label }))
    expect(predictionPoweredMean([{ labelled, unlabelled: [] }])).toMatchObject({ estimate: 0.6, lambdas: [0] })
  })

  test('a useless judge is not relied on', () => {
    const labelled = [1, 0, 1, 0].map((label, i) => ({ label, predicted: i < 2 ? 1 : 0 }))
    expect(predictionPoweredMean([{ labelled, unlabelled: [1, 0, 1, 1] }])).toMatchObject({
      estimate: 0.5,
      lambdas: [0],
    })
  })

  test('weights need not add up to 1', () => {
    const labelled = [1, 0, 1].map(label => ({ label, predicted: label }))
    const other = {
      labelled: labelled.map(row => ({ label: 1 - row.label, predicted: row.predicted })),
      unlabelled: [],
    }
    const found = predictionPoweredMean([
      { labelled, unlabelled: [], weight: 3 },
      { ...other, weight: 1 },
    ])
    expect(found.estimate).toBeCloseTo(0.75 * (2 / 3) + 0.25 * (1 / 3), 12)
  })

  test('refuses too few labels', () => {
    expect(() => predictionPoweredMean([{ labelled: [{ label: 1, predicted: 1 }], unlabelled: [] }])).toThrow('stratum')
  })
})

describe('a rate', () => {
  test.each(fixtures.poweredRate)(
    '$strata agrees with MOVER over Wilson in statsmodels',
    ({ strata, estimate, interval }) => {
      const found = predictionPoweredRate(
        strata.map(([claimed = [], unclaimed = [], unlabelled = []]) => ({
          claimed: counted(claimed),
          unclaimed: counted(unclaimed),
          unlabelled: counted(unlabelled),
        })),
      )
      expect(found.estimate).toBeCloseTo(estimate, 12)
      expect(found.interval).toEqual(close(interval))
    },
  )

  test('its estimate is that of PPI++ with λ tuned on the labelled rows', () => {
    const labelled = [
      ...Array.from({ length: 33 }, (_, i) => ({ label: Number(i < 30), predicted: 1 })),
      ...Array.from({ length: 87 }, (_, i) => ({ label: Number(i < 4), predicted: 0 })),
    ]
    const unlabelled = Array.from({ length: 900 }, (_, i) => Number(i < 260))
    const lambda = (30 / 33 - 4 / 87) / (1 + 120 / 900)
    const { estimate } = predictionPoweredRate([
      { claimed: { count: 30, n: 33 }, unclaimed: { count: 4, n: 87 }, unlabelled: { count: 260, n: 900 } },
    ])
    expect(estimate).toBeCloseTo(predictionPoweredMean([{ labelled, unlabelled }], { lambda }).estimate, 12)
  })

  test('a judge without an error among the labels still leaves one open', () => {
    const [lower, upper] = predictionPoweredRate([
      { claimed: { count: 10, n: 10 }, unclaimed: { count: 0, n: 50 }, unlabelled: { count: 200, n: 1000 } },
    ]).interval
    const [alone, above] = wilson(210 / 1060, 1060)
    expect(lower).toBeLessThan(alone - 0.02)
    expect(upper).toBeGreaterThan(above + 0.02)
  })

  test('with everything labelled it is about the interval of the labels', () => {
    const none = { count: 0, n: 0 }
    const found = predictionPoweredRate([
      { claimed: { count: 40, n: 50 }, unclaimed: { count: 5, n: 150 }, unlabelled: none },
    ])
    expect(found.estimate).toBeCloseTo(45 / 200, 12)
    expect(found.interval).toEqual(close(wilson(45 / 200, 200), 1))
  })

  test('refuses no rows', () => {
    const none = { count: 0, n: 0 }
    expect(() => predictionPoweredRate([{ claimed: none, unclaimed: none, unlabelled: none }])).toThrow(
      'number of rows',
    )
  })
})

describe('a change', () => {
  test.each(fixtures.poweredChange)('agrees with numerical influences', ({ pairs, change, interval }) => {
    const answer = ([predicted, label]: readonly (number | null)[]) => ({
      predicted: predicted === 1,
      label: label === null ? undefined : label === 1,
    })
    const found = predictionPoweredChange(
      pairs.map(([b = [], s = []]) => ({ baseline: answer(b), steered: answer(s) })),
    )
    expect(found.change).toBeCloseTo(change, 12)
    // Slopes over steps of 1e-5.
    expect(found.interval).toEqual(close(interval, 7))
    expect(found.steered.estimate - found.baseline.estimate).toBeCloseTo(change, 12)
  })

  test('counts answers one by one', () => {
    expect(
      judgedSample([
        { predicted: true, label: true },
        { predicted: true },
        { predicted: false, label: true },
        { predicted: false, label: false },
      ]),
    ).toEqual({ claimed: { count: 1, n: 1 }, unclaimed: { count: 1, n: 2 }, unlabelled: { count: 1, n: 1 } })
    expect(() => predictionPoweredChange([])).toThrow('pairs')
  })
})
