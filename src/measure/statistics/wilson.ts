import { openUnit, within } from './check.ts'
import { normalQuantile } from './normal.ts'
import type { Interval } from './types.ts'

/**
 * Wilson's score interval of a rate: all π with |rate − π| ≤ z √(π(1 − π)/n). It never collapses at 0 or 1.
 * Wilson 1927, JASA 22; Newcombe 1998, Statistics in Medicine 17:857.
 *
 * @param rate in [0, 1]
 * @param n sample size; an effective one (a fraction) is allowed
 * @param level two-sided, such as 0.95
 * @param z quantile to use instead of the normal one, such as Student's t where n is an effective sample size
 * @throws PlimsollError `invalid-input` when a value is out of range
 */
export function wilson(rate: number, n: number, level = 0.95, z = quantile(level)): Interval {
  within('rate', rate, 0, 1)
  within('n', n, Number.MIN_VALUE, Number.MAX_VALUE)
  const spread = (z * z) / n
  const centre = (rate + spread / 2) / (1 + spread)
  const half = (z * Math.sqrt((rate * (1 - rate)) / n + spread / (4 * n))) / (1 + spread)
  return [rate === 0 ? 0 : Math.max(0, centre - half), rate === 1 ? 1 : Math.min(1, centre + half)]
}

function quantile(level: number): number {
  openUnit('level', level)
  return normalQuantile(0.5 + level / 2)
}
