import { openUnit } from './check.ts'
import { type TwoWayMean, twoWayMean } from './clusters.ts'
import { normalCdf, normalQuantile } from './normal.ts'
import { tQuantile, tTail } from './student-t.ts'
import { tangoInterval, tangoScore } from './tango.ts'
import type { Interval, PairedCounts } from './types.ts'
import { wilson } from './wilson.ts'

/** One prompt in one template under two conditions. */
export interface GridFlip {
  /** Steered minus baseline: 1 gained the property, −1 lost it, 0 kept what it had. */
  readonly value: number
  readonly template: string
  readonly prompt: string
}

export interface GridChange {
  /** Mean of `value`. */
  readonly change: number
  readonly interval: Interval
  /** What Tango's interval is on: the clusters' effective sample, the prompts, or the wider of both on each side. */
  readonly method: 'two-way clusters' | 'tango on prompts' | 'two-way clusters, tango on prompts'
  readonly clusters: TwoWayMean
  /** Two-sided p-value against no change. */
  readonly p: number
  /** One-sided p-value against "the true change is `line` or below". */
  above(line: number): number
}

/** Below this many prompts with a flip, the clusters' variance is not trusted alone. */
export const fewFlippedPrompts = 5

/**
 * Paired change of a rate over a template × prompt grid: Tango's score interval at the effective sample size, with
 * Student's t in place of the normal quantile. The effective sample size is that of independent rows whose mean would
 * vary as much as this one: S²/V, S² the variance of `value` and V that of `twoWayMean`, never more than the rows; the
 * counts are the observed shares of it. It is to `tangoInterval` what `gridRate` is to `wilson`.
 *
 * V is estimated from the clusters that flipped. Where none did it is 0, and Tango's interval on the prompts as the
 * independent rows stands in; where fewer than five prompts did, the wider of both is taken on each side. Without the
 * second rule one flip in a thousand rows would prove more than none.
 *
 * A plain mean ± t √V, which this was before, misses rare losses on one side: `npm run coverage` prints both. Losses that
 * clump in few of few templates (ten, say) may not be among the templates drawn, and no interval can know of them.
 *
 * @param level two-sided, such as 0.95
 * @throws PlimsollError `invalid-input` with fewer than two templates or prompts, or a level outside (0, 1)
 */
export function gridChange(rows: readonly GridFlip[], level = 0.95): GridChange {
  openUnit('level', level)
  const clusters = twoWayMean(rows)
  const { mean, df, variance, n, prompts } = clusters
  const byPrompts = scores(shares(rows, prompts), level, normalQuantile(0.5 + level / 2), normalTail)
  const found = { change: mean, clusters }
  if (variance === 0) return { ...found, method: 'tango on prompts', ...byPrompts }
  const spread = rows.reduce((sum, row) => sum + row.value * row.value, 0) / n - mean * mean
  const effective = shares(rows, Math.min(n, spread / variance))
  const byClusters = scores(effective, level, tQuantile(0.5 + level / 2, df), score => tTail(score, df))
  const flipped = new Set(rows.filter(row => row.value !== 0).map(row => row.prompt)).size
  if (flipped >= fewFlippedPrompts) return { ...found, method: 'two-way clusters', ...byClusters }
  return {
    ...found,
    method: 'two-way clusters, tango on prompts',
    interval: [
      Math.min(byClusters.interval[0], byPrompts.interval[0]),
      Math.max(byClusters.interval[1], byPrompts.interval[1]),
    ],
    above: line => Math.max(byClusters.above(line), byPrompts.above(line)),
    p: Math.max(byClusters.p, byPrompts.p),
  }
}

/** Interval and p-values from Tango's score, held against the distribution whose `quantile` and `tail` these are. */
function scores(counts: PairedCounts, level: number, quantile: number, tail: (score: number) => number) {
  return {
    interval: tangoInterval(counts, level, quantile),
    above: (line: number) => tail(tangoScore(counts, line)),
    p: Math.min(1, 2 * tail(Math.abs(tangoScore(counts, 0)))),
  }
}

const normalTail = (score: number) => normalCdf(-score)

/**
 * Interval of a rate over a template × prompt grid: Wilson's at the effective sample size π(1 − π)/V, never more than
 * the rows, with Student's t in place of the normal quantile. At a rate of 0 or 1, where V says nothing, the prompts
 * are the sample. Franco, Little, Louis and Slud 2019, Journal of Survey Statistics and Methodology 7:334, compare such
 * intervals for surveys.
 *
 * @param rows `value` is 1 with the property and 0 without
 * @throws PlimsollError `invalid-input` with fewer than two templates or prompts, or a level outside (0, 1)
 */
export function gridRate(rows: readonly GridFlip[], level = 0.95): Interval {
  openUnit('level', level)
  const { mean, variance, df, n, prompts } = twoWayMean(rows)
  const z = tQuantile(0.5 + level / 2, df)
  const spread = mean * (1 - mean)
  return wilson(mean, spread > 0 && variance > 0 ? Math.min(n, spread / variance) : prompts, level, z)
}

/** The flips as they would be among `size` rows at the same rates. */
function shares(rows: readonly GridFlip[], size: number): PairedCounts {
  const share = size / rows.length
  return {
    gained: rows.filter(row => row.value > 0).length * share,
    lost: rows.filter(row => row.value < 0).length * share,
    n: size,
  }
}
