import { within } from './check.ts'
import { shareOf } from './prediction-powered.ts'
import type { Count, Interval } from './types.ts'
import { wilson } from './wilson.ts'

/** Rows that a judge said yes or no of, some of which a person has labelled. */
export interface JudgedSample {
  /** Of the labelled rows that the judge says yes of: how many are. */
  readonly claimed: Count
  /** Of the labelled rows that the judge says no of: how many are all the same. */
  readonly unclaimed: Count
  /** Of the rows without a label: how many the judge says yes of. */
  readonly unlabelled: Count
  /** Share of the stratum in what is estimated; left out, its share of the rows. */
  readonly weight?: number
}

export interface PredictionPoweredRate {
  readonly estimate: number
  readonly interval: Interval
}

/**
 * Prediction-powered rate: a judge's yes and no on many rows, put right by labels on a few.
 *
 * The estimate is q a + (1 − q) b, q the judge's rate on all rows, a and b how often its yes and its no are a yes by the
 * labels: the double-sampling estimate of Tenenbein 1970, JASA 65:1350, and the same as PPI++ (arXiv 2311.01453) with λ
 * tuned on the labelled rows. Its interval adds the squared distances to Wilson's bounds of q, a and b, weighted as they
 * enter (MOVER, Zou and Donner 2008, Statistics in Medicine 27:1693), and the same again over strata. So it does not
 * collapse where the labelled rows show no error of the judge, nor near 0 and 1.
 *
 * Labels must be a random draw among rows that the judge says the same of; more of its yes than of its no may be drawn.
 * A class without any label is taken as the judge has it, with [0, 1] for its interval.
 *
 * @param strata one sample, or one for each condition that was drawn from separately
 * @throws PlimsollError `invalid-input` when a count is out of range or a stratum has no row
 */
export function predictionPoweredRate(strata: readonly JudgedSample[], level = 0.95): PredictionPoweredRate {
  const parts = strata.map(stratum => rateOf(stratum, level))
  const weights = shareOf(strata.map((stratum, i) => stratum.weight ?? parts[i]!.rows))
  const estimate = parts.reduce((sum, part, i) => sum + weights[i]! * part.estimate, 0)
  const far = (side: 0 | 1) =>
    Math.hypot(...parts.map((part, i) => weights[i]! * (part.interval[side] - part.estimate)))
  return { estimate, interval: [Math.max(0, estimate - far(0)), Math.min(1, estimate + far(1))] }
}

/** One stratum, with what its estimate is made of. */
export function rateOf({ claimed, unclaimed, unlabelled }: JudgedSample, level: number) {
  for (const [name, { count, n }] of Object.entries({ claimed, unclaimed, unlabelled })) {
    within(`n of ${name}`, n, 0, Number.MAX_SAFE_INTEGER)
    within(`count of ${name}`, count, 0, n)
  }
  const rows = claimed.n + unclaimed.n + unlabelled.n
  within('number of rows', rows, 1, Number.MAX_SAFE_INTEGER)
  const yes = { rate: (claimed.n + unlabelled.count) / rows, n: rows }
  const a = claimed.n === 0 ? 1 : claimed.count / claimed.n
  const b = unclaimed.n === 0 ? 0 : unclaimed.count / unclaimed.n
  const [ofYes, ofA, ofB] = [
    wilson(yes.rate, yes.n, level),
    claimed.n === 0 ? ([0, 1] as const) : wilson(a, claimed.n, level),
    unclaimed.n === 0 ? ([0, 1] as const) : wilson(b, unclaimed.n, level),
  ]
  const estimate = yes.rate * a + (1 - yes.rate) * b
  const far = (side: 0 | 1) =>
    Math.hypot(
      yes.rate * (ofA[side] - a),
      (1 - yes.rate) * (ofB[side] - b),
      // Where the judge's no is the better sign, more of its yes lowers the rate.
      (a - b) * (ofYes[a >= b ? side : 1 - side]! - yes.rate),
    )
  const interval: Interval = [Math.max(0, estimate - far(0)), Math.min(1, estimate + far(1))]
  return { estimate, interval, rows, yes: yes.rate, a, b }
}
