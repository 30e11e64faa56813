import { PlimsollError } from '../../errors.ts'
import { normalQuantile } from './normal.ts'
import type { Interval } from './types.ts'

export interface AreaUnderCurve {
  /** Probability that a positive scores above a negative, ties counting half: Mann-Whitney's U over both sizes. */
  readonly area: number
  readonly interval: Interval
}

/**
 * Area under the receiver operating characteristic of a score. Interval: all θ with |area − θ| ≤ z √V(θ), V the variance
 * of Hanley and McNeil (1982, Radiology 143:29) with (m + n)/2 − 1 in the place of both sizes less one: Newcombe 2006,
 * Statistics in Medicine 25:559, method 5. It does not collapse at 0 or 1.
 *
 * @throws PlimsollError `invalid-input` where a side is empty
 */
export function areaUnderCurve(
  positives: readonly number[],
  negatives: readonly number[],
  level = 0.95,
): AreaUnderCurve {
  const [m, n] = [positives.length, negatives.length]
  if (m === 0 || n === 0)
    throw new PlimsollError('invalid-input', 'A score of one side cannot be told from nothing', {
      found: `${m} positives, ${n} negatives`,
      fix: 'Give rows of both labels.',
    })
  const area = wins(positives, negatives) / (m * n)
  const z = normalQuantile(0.5 + level / 2)
  const size = (m + n) / 2 - 1
  const variance = (theta: number) =>
    (theta * (1 - theta) * (1 + (size * (1 - theta)) / (2 - theta) + (size * theta) / (1 + theta))) / (m * n)
  const inside = (theta: number) => Math.abs(area - theta) <= z * Math.sqrt(variance(theta))
  return { area, interval: [area === 0 ? 0 : edge(0, area, inside), area === 1 ? 1 : edge(1, area, inside)] }
}

/** Pairs that the positive wins. */
function wins(positives: readonly number[], negatives: readonly number[]): number {
  const sorted = [...negatives].sort((a, b) => a - b)
  return positives.reduce((sum, score) => sum + (below(sorted, score, 'under') + below(sorted, score, 'up to')) / 2, 0)
}

/** How many of ascending numbers lie under a value, or up to it. */
function below(sorted: readonly number[], value: number, which: 'under' | 'up to'): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const one = sorted[middle] ?? Number.NaN
    if (which === 'under' ? one < value : one <= value) low = middle + 1
    else high = middle
  }
  return low
}

/** The last value inside on the way from `inner` to `outer`, which lies outside. */
function edge(outer: number, inner: number, inside: (theta: number) => boolean): number {
  let [out, within] = [outer, inner]
  for (let i = 0; i < 60; i++) {
    const middle = (out + within) / 2
    if (inside(middle)) within = middle
    else out = middle
  }
  return within
}
