import { openUnit } from './check.ts'
import { type TwoWayMean, twoWayMean } from './clusters.ts'
import { tQuantile, tTail } from './student-t.ts'
import { tangoAbove, tangoInterval } from './tango.ts'
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
  /** Which interval it is: on the clusters, Tango's on the prompts, or the wider of both on each side. */
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
 * Paired change of a rate over a template × prompt grid, with its interval: mean ± t √V, with V and the degrees of
 * freedom of `twoWayMean`.
 *
 * V is estimated from the clusters that flipped. Where none did it is 0, and Tango's interval on the prompts as the
 * independent rows stands in; where fewer than five prompts did, the wider of both is taken on each side, the counts
 * for Tango being the observed shares of as many rows as there are prompts. Without the second rule one flip in a
 * thousand rows would prove more than none: for rare losses that clump by prompt, as coverage.test.ts simulates them, the
 * clusters alone cover less than 80 %, with the rule more than 95 %. Losses that clump in few of few templates (ten, say)
 * stay under-covered by any of these: draw more templates.
 *
 * @param level two-sided, such as 0.95
 * @throws PlimsollError `invalid-input` with fewer than two templates or prompts, or a level outside (0, 1)
 */
export function gridChange(rows: readonly GridFlip[], level = 0.95): GridChange {
  openUnit('level', level)
  const clusters = twoWayMean(rows)
  const { mean, df } = clusters
  const error = Math.sqrt(clusters.variance)
  const half = error === 0 ? 0 : tQuantile(0.5 + level / 2, df) * error
  const byClusters = {
    interval: [Math.max(-1, mean - half), Math.min(1, mean + half)] as const,
    above: (line: number) => tTail((mean - line) / error, df),
    p: 2 * tTail(Math.abs(mean) / error, df),
  }
  const flipped = new Set(rows.filter(row => row.value !== 0).map(row => row.prompt)).size
  if (flipped >= fewFlippedPrompts && error > 0) {
    return { change: mean, clusters, method: 'two-way clusters', ...byClusters }
  }
  const counts = promptCounts(rows, clusters.prompts)
  const byPrompts = {
    interval: tangoInterval(counts, level),
    above: (line: number) => tangoAbove(counts, line),
    p: Math.min(1, 2 * tangoAbove(mean < 0 ? mirrored(counts) : counts, 0)),
  }
  if (error === 0) return { change: mean, clusters, method: 'tango on prompts', ...byPrompts }
  return {
    change: mean,
    clusters,
    method: 'two-way clusters, tango on prompts',
    interval: [
      Math.min(byClusters.interval[0], byPrompts.interval[0]),
      Math.max(byClusters.interval[1], byPrompts.interval[1]),
    ],
    above: line => Math.max(byClusters.above(line), byPrompts.above(line)),
    p: Math.max(byClusters.p, byPrompts.p),
  }
}

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

function promptCounts(rows: readonly GridFlip[], prompts: number): PairedCounts {
  const share = prompts / rows.length
  return {
    gained: rows.filter(row => row.value > 0).length * share,
    lost: rows.filter(row => row.value < 0).length * share,
    n: prompts,
  }
}

function mirrored({ gained, lost, n }: PairedCounts): PairedCounts {
  return { gained: lost, lost: gained, n }
}
