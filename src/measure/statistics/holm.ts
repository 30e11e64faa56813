import { within } from './check.ts'

/**
 * Holm's step-down adjustment for testing several hypotheses at once: the k-th smallest of m p-values is multiplied by
 * m − k + 1, then made non-decreasing and cut at 1. Holm 1979, Scandinavian Journal of Statistics 6:65.
 * @returns adjusted p-values in the order given
 * @throws PlimsollError `invalid-input` when a p-value is not in [0, 1]
 */
export function holm(pValues: readonly number[]): number[] {
  for (const p of pValues) within('p', p, 0, 1)
  const order = pValues.map((p, i) => ({ p, i })).sort((one, other) => one.p - other.p)
  const adjusted = new Array<number>(pValues.length).fill(1)
  let largest = 0
  for (const [rank, { p, i }] of order.entries()) {
    largest = Math.max(largest, Math.min(1, p * (pValues.length - rank)))
    adjusted[i] = largest
  }
  return adjusted
}
