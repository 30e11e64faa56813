import { within } from './check.ts'

/**
 * Benjamini and Hochberg's adjustment: of the hypotheses whose adjusted p-value is at most q, at most a share q is
 * expected to be true (false discovery rate). The k-th smallest of m p-values is multiplied by m/k, then made
 * non-decreasing from the largest down and cut at 1. Benjamini and Hochberg 1995, JRSS B 57:289. It suits a long list
 * to be looked through, such as categories or templates; a verdict uses `holm`, which bounds the chance of any error.
 *
 * @returns adjusted p-values in the order given
 * @throws PlimsollError `invalid-input` when a p-value is not in [0, 1]
 */
export function benjaminiHochberg(pValues: readonly number[]): number[] {
  for (const p of pValues) within('p', p, 0, 1)
  const m = pValues.length
  const order = pValues.map((p, i) => ({ p, i })).sort((one, other) => other.p - one.p)
  const adjusted = new Array<number>(m).fill(1)
  let smallest = 1
  for (const [rank, { p, i }] of order.entries()) {
    smallest = Math.min(smallest, (p * m) / (m - rank))
    adjusted[i] = smallest
  }
  return adjusted
}
