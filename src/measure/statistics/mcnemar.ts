import { incompleteBeta } from './beta.ts'
import { within } from './check.ts'

/**
 * Exact two-sided McNemar test: whether rows were gained and lost with equal probability. Twice the smaller tail of
 * Binomial(gained + lost, ½), at most 1; 1 when nothing flipped. McNemar 1947, Psychometrika 12:153.
 * @throws PlimsollError `invalid-input` when a count is negative
 */
export function mcnemar(gained: number, lost: number): number {
  within('gained', gained, 0, Number.MAX_SAFE_INTEGER)
  within('lost', lost, 0, Number.MAX_SAFE_INTEGER)
  const few = Math.min(gained, lost)
  const flips = gained + lost
  if (gained === lost) return 1
  return Math.min(1, 2 * incompleteBeta(0.5, flips - few, few + 1))
}
