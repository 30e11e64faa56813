import { openUnit, within } from './check.ts'
import { normalCdf, normalQuantile } from './normal.ts'
import type { Interval, PairedCounts } from './types.ts'

/**
 * Tango's score for the hypothesis that the true paired change of a rate is `change`: how many standard errors the
 * observed change (gained − lost)/n lies above it, the standard error taken under that hypothesis.
 *
 * T(Δ) = (gained − lost − nΔ) / √(n(2q + Δ(1 − Δ))), q the constrained maximum-likelihood probability of a loss, the
 * larger root of 2n q² + B q + C with B = −gained − lost + (2n − gained + lost)Δ and C = −lost·Δ(1 − Δ).
 * Tango 1998, Statistics in Medicine 17:891.
 *
 * @param change in [−1, 1]
 * @returns a standard normal deviate; ±Infinity where the hypothesis allows no variation and is not what was seen
 * @throws PlimsollError `invalid-input` when counts or change are out of range
 */
export function tangoScore(counts: PairedCounts, change: number): number {
  const { gained, lost, n } = checked(counts)
  within('change', change, -1, 1)
  const distance = gained - lost - n * change
  const a = 2 * n
  const b = -gained - lost + (2 * n - gained + lost) * change
  const c = -lost * change * (1 - change)
  // b² would vanish where the change is tiny and nothing was lost.
  const root = c === 0 ? Math.abs(b) : Math.sqrt(Math.max(0, b * b - 4 * a * c))
  const q = b > 0 ? (-2 * c) / (b + root) : (root - b) / (2 * a)
  const variance = n * (2 * q + change * (1 - change))
  if (variance > 0) return distance / Math.sqrt(variance)
  return distance === 0 ? 0 : distance * Number.POSITIVE_INFINITY
}

/**
 * Tango's score interval of the change (gained − lost)/n: every change whose score is within the normal quantile.
 * Closed on both sides by bisection, since the score falls as the hypothesised change rises. With no flips at all it
 * is ±z²/(n + z²): it does not collapse.
 *
 * @param level two-sided, such as 0.95
 * @param z quantile to use instead of the normal one, such as Student's t where n is an effective sample size
 * @returns bounds in [−1, 1]
 * @throws PlimsollError `invalid-input` when counts or level are out of range
 */
export function tangoInterval(counts: PairedCounts, level = 0.95, z = quantile(level)): Interval {
  const { gained, lost, n } = checked(counts)
  const change = (gained - lost) / n
  return [crossing(counts, z, -1, change), crossing(counts, -z, change, 1)]
}

/**
 * One-sided p-value against "the true change is `line` or below": the smallest α whose one-sided interval lies wholly
 * above `line`. With line = −margin it is the p-value of non-inferiority.
 * @throws PlimsollError `invalid-input` when counts or line are out of range
 */
export function tangoAbove(counts: PairedCounts, line: number): number {
  return normalCdf(-tangoScore(counts, line))
}

function quantile(level: number): number {
  openUnit('level', level)
  return normalQuantile(0.5 + level / 2)
}

/** The change in [from, to] at which the falling score passes `target`. */
function crossing(counts: PairedCounts, target: number, from: number, to: number): number {
  let low = from
  let high = to
  for (let i = 0; i < 200 && high - low > 1e-16; i++) {
    const middle = (low + high) / 2
    if (middle === low || middle === high) break
    if (tangoScore(counts, middle) > target) low = middle
    else high = middle
  }
  return (low + high) / 2
}

function checked(counts: PairedCounts): PairedCounts {
  within('n', counts.n, Number.MIN_VALUE, Number.MAX_SAFE_INTEGER)
  within('gained', counts.gained, 0, counts.n)
  within('lost', counts.lost, 0, counts.n)
  // Fractions of an effective sample may add up to a hair more than n.
  within('gained + lost', counts.gained + counts.lost, 0, counts.n * (1 + 1e-9))
  return counts
}
