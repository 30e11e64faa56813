import { describe, expect, test } from 'vitest'
import { benjaminiHochberg } from './benjamini-hochberg.ts'
import { incompleteBeta } from './beta.ts'
import { twoWayMean } from './clusters.ts'
import fixtures from './fixtures.json' with { type: 'json' }
import fromR from './fixtures-r.json' with { type: 'json' }
import { gridChange } from './grid.ts'
import { holm } from './holm.ts'
import { mcnemar } from './mcnemar.ts'
import { normalCdf, normalQuantile } from './normal.ts'
import { perplexityChange } from './perplexity.ts'
import { tQuantile, tTail } from './student-t.ts'
import { tangoAbove, tangoInterval, tangoScore } from './tango.ts'
import { wilson } from './wilson.ts'

/** Absolute and, for small values, relative agreement. */
function agrees(found: number, expected: number, tolerance = 1e-10): void {
  expect(Math.abs(found - expected), `${found} against ${expected}`).toBeLessThanOrEqual(
    tolerance * Math.max(Math.min(1, Math.abs(expected) * 100), Math.abs(expected)),
  )
}

/** Pairs of bounds. */
function bounds(found: readonly number[], expected: readonly number[], tolerance: number): void {
  expect(found).toHaveLength(expected.length)
  for (const [i, value] of expected.entries())
    expect(Math.abs((found[i] ?? Number.NaN) - value)).toBeLessThanOrEqual(tolerance)
}

describe('distributions agree with scipy', () => {
  test.each(fixtures.normal)('normal below $x', ({ x, cdf }) => agrees(normalCdf(x), cdf))
  test.each(fixtures.normalQuantiles)('normal quantile $p', ({ p, x }) => agrees(normalQuantile(p), x))
  test.each(fixtures.tTails)('t tail above $t, $df df', ({ t, df, tail }) => agrees(tTail(t, df), tail))
  test.each(fixtures.tQuantiles)('t quantile $p, $df df', ({ p, df, t }) => agrees(tQuantile(p, df), t))
  test.each(fixtures.incompleteBeta)('I_$x($a, $b)', ({ x, a, b, value }) => agrees(incompleteBeta(x, a, b), value))
})

test.each(fixtures.wilson)('Wilson $successes/$n at $level agrees with statsmodels', row => {
  bounds(wilson(row.successes / row.n, row.n, row.level), row.interval, 1e-12)
})

test.each(fixtures.mcnemar)('McNemar $gained against $lost agrees with statsmodels', ({ gained, lost, p }) => {
  agrees(mcnemar(gained, lost), p)
})

test.each(fixtures.tango)('Tango +$gained −$lost of $n at $level agrees with the likelihood', row => {
  bounds(tangoInterval(row, row.level), row.interval, 1e-8)
  for (const [line, score] of row.scores) {
    agrees(tangoScore(row, line ?? 0), score ?? Number.NaN, 1e-8)
    agrees(tangoAbove(row, line ?? 0), normalCdf(-(score ?? Number.NaN)), 1e-6)
  }
})

test.each(fixtures.holm)('Holm of $p agrees with statsmodels', ({ p, adjusted }) => bounds(holm(p), adjusted, 1e-15))

test.each(fixtures.benjaminiHochberg)('Benjamini-Hochberg of $p agrees with statsmodels', ({ p, adjusted }) => {
  bounds(benjaminiHochberg(p), adjusted, 1e-15)
})

test.each(fromR.adjusted)('both adjustments of $p agree with R', ({ p, holm: stepDown, bh }) => {
  bounds(holm(p), stepDown, 1e-14)
  bounds(benjaminiHochberg(p), bh, 1e-14)
})

test.each(fixtures.clusters)(
  'the interval on a grid agrees with Tango at the same variance',
  ({ rows, interval, method }) => {
    const found = gridChange(
      rows.map(([value = 0, template, prompt]) => ({ value, template: `t${template}`, prompt: `p${prompt}` })),
    )
    expect(found.method).toBe(method)
    bounds(found.interval, interval, 1e-8)
  },
)

test.each(fixtures.clusters)('variance clustered two ways agrees with statsmodels', sample => {
  const { mean, parts, variance, df, templates, prompts } = twoWayMean(
    sample.rows.map(([value, template, prompt]) => ({
      value: value ?? Number.NaN,
      template: `t${template}`,
      prompt: `p${prompt}`,
    })),
  )
  agrees(mean, sample.mean)
  agrees(parts.template, sample.template)
  agrees(parts.prompt, sample.prompt)
  agrees(parts.cell, sample.cell)
  agrees(parts.template + parts.prompt - parts.cell, sample.both)
  agrees(variance, Math.max(sample.both, sample.cell))
  expect(df).toBe(Math.min(templates, prompts) - 1)
})

test.each(fixtures.perplexity)('change of perplexity agrees with a weighted regression in statsmodels', sample => {
  const found = perplexityChange(sample.documents)
  agrees(found.baseline, sample.baseline)
  agrees(found.steered, sample.steered)
  bounds([found.change], [sample.change], 1e-12)
  bounds(found.interval, sample.interval, 1e-10)
  for (const [line, p] of sample.above) bounds([found.above(line ?? 0)], [p ?? Number.NaN], 1e-10)
})
