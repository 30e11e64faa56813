import { PlimsollError } from '../../errors.ts'
import { openUnit } from './check.ts'
import { squareAndAdd } from './newcombe.ts'
import { normalQuantile } from './normal.ts'
import { type JudgedSample, type PredictionPoweredRate, rateOf } from './prediction-powered-rate.ts'
import type { Interval } from './types.ts'

/** An answer as the judge has it and, where a person labelled it, as it is. */
export interface JudgedAnswer {
  readonly predicted: boolean
  readonly label?: boolean | undefined
}

/** Both answers to one prompt. */
export interface JudgedPair {
  readonly baseline: JudgedAnswer
  readonly steered: JudgedAnswer
}

export interface PredictionPoweredChange {
  /** steered − baseline. */
  readonly change: number
  readonly interval: Interval
  readonly baseline: PredictionPoweredRate
  readonly steered: PredictionPoweredRate
}

/**
 * Prediction-powered change of a rate between two conditions on the same prompts. Answers are labelled at random within
 * each condition; whether the same prompts are labelled on both sides does not matter.
 *
 * Each side is `predictionPoweredRate`; the difference is squared and added as in `newcombePaired`, with the covariance
 * of both estimates, which is the sum over prompts of the products of their contributions to either (their influence:
 * (prediction's rate − estimate)/N, and for a labelled answer its error times the share of its class over the labels in
 * it), against the variances that the two intervals stand for.
 *
 * @param pairs every prompt, labelled or not
 * @throws PlimsollError `invalid-input` without pairs, or with a level outside (0, 1)
 */
export function predictionPoweredChange(pairs: readonly JudgedPair[], level = 0.95): PredictionPoweredChange {
  openUnit('level', level)
  if (pairs.length === 0) {
    throw new PlimsollError('invalid-input', 'A change needs pairs', { found: 'none', expected: 'one or more' })
  }
  const [baseline, steered] = [
    side(
      pairs.map(p => p.baseline),
      level,
    ),
    side(
      pairs.map(p => p.steered),
      level,
    ),
  ]
  const shared = baseline.influence.reduce((sum, value, i) => sum + value * steered.influence[i]!, 0)
  const z = normalQuantile(0.5 + level / 2)
  const error = ({ interval: [low, high] }: PredictionPoweredRate) => (high - low) / (2 * z)
  const correlation = Math.max(-1, Math.min(1, shared / (error(baseline) * error(steered))))
  return {
    change: steered.estimate - baseline.estimate,
    interval: squareAndAdd(steered, baseline, correlation),
    baseline: { estimate: baseline.estimate, interval: baseline.interval },
    steered: { estimate: steered.estimate, interval: steered.interval },
  }
}

function side(answers: readonly JudgedAnswer[], level: number) {
  const sample = judgedSample(answers)
  const { estimate, interval, yes, a, b } = rateOf(sample, level)
  const influence = answers.map(({ predicted, label }) => {
    const expected = predicted ? a : b
    const judged = (expected - estimate) / answers.length
    if (label === undefined) return judged
    return judged + (predicted ? yes / sample.claimed.n : (1 - yes) / sample.unclaimed.n) * (Number(label) - expected)
  })
  return { estimate, interval, influence }
}

/** The counts that `predictionPoweredRate` takes, of answers one by one. */
export function judgedSample(answers: readonly JudgedAnswer[]): JudgedSample {
  const labelled = answers.filter(answer => answer.label !== undefined)
  const of = (predicted: boolean) => labelled.filter(answer => answer.predicted === predicted)
  const tally = (rows: readonly JudgedAnswer[]) => ({
    count: rows.filter(row => row.label === true).length,
    n: rows.length,
  })
  const rest = answers.filter(answer => answer.label === undefined)
  return {
    claimed: tally(of(true)),
    unclaimed: tally(of(false)),
    unlabelled: { count: rest.filter(answer => answer.predicted).length, n: rest.length },
  }
}
