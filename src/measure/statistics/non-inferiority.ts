import { openUnit, within } from './check.ts'
import { tangoAbove, tangoInterval } from './tango.ts'
import type { PairedCounts } from './types.ts'

export interface NonInferiority {
  /** The smallest α whose one-sided interval stays above −margin. */
  readonly p: number
  /** Lower bound of the one-sided interval. */
  readonly lower: number
  /** Whether less than the margin is lost, at this α. */
  readonly shown: boolean
}

/**
 * Whether less than `margin` is lost: Tango's score against the hypothesis that the margin or more is (Tango 1998,
 * Statistics in Medicine 17:891, section 3). On a grid use `gridChange(rows).above(-margin)`.
 *
 * @param margin in (0, 1), such as 0.05 for five points
 * @param alpha one-sided, under 0.5; 0.025 agrees with a two-sided interval of 95 %
 * @throws PlimsollError `invalid-input` when counts, margin or α are out of range
 */
export function nonInferiority(counts: PairedCounts, margin: number, alpha = 0.025): NonInferiority {
  openUnit('margin', margin)
  within('alpha', alpha, Number.MIN_VALUE, 0.5 - Number.EPSILON)
  const p = tangoAbove(counts, -margin)
  const [lower] = tangoInterval(counts, 1 - 2 * alpha)
  return { p, lower, shown: p < alpha }
}
