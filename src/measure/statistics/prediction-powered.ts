import { PlimsollError } from '../../errors.ts'
import { openUnit, within } from './check.ts'
import { tQuantile } from './student-t.ts'
import type { Interval } from './types.ts'

/** A row that a person has labelled, with what the judge says of it. */
export interface LabelledValue {
  readonly label: number
  readonly predicted: number
}

/** Rows of one stratum, of which a random part was labelled. */
export interface PredictionSample {
  readonly labelled: readonly LabelledValue[]
  /** What the judge says of the other rows. */
  readonly unlabelled: readonly number[]
  /** Share of the stratum in what is estimated; left out, its share of the rows. */
  readonly weight?: number
}

export interface PredictionPowered {
  readonly estimate: number
  readonly interval: Interval
  /** Standard error. */
  readonly error: number
  /** How far the judge was relied on in each stratum: 0 is labels alone, 1 takes all that it says. */
  readonly lambdas: readonly number[]
  readonly labelled: number
  readonly unlabelled: number
}

/**
 * Prediction-powered mean: of a judge's scores on many rows, put right by the labels on a few. In each stratum
 * mean(label) + λ (mean of predictions on unlabelled − on labelled rows), variance s²(label − λ prediction)/n +
 * λ² s²(prediction)/N; strata, each labelled at random within itself, add up by weight. Angelopoulos, Bates, Fannjiang,
 * Jordan and Zrnic 2023, Science 382:669 (arXiv 2301.09633); tuned λ, never worse than labels alone: Angelopoulos,
 * Duchi and Zrnic 2023 (PPI++, arXiv 2311.01453), cov(label, prediction)/((1 + n/N) var(prediction)) cut to [0, 1];
 * strata: Fisch et al. 2024 (arXiv 2406.04291).
 *
 * Variances have n − 1, and the interval Student's t with Σ(n − 1) degrees of freedom, where the papers have n and the
 * normal quantile. For yes and no use `predictionPoweredRate`, which does not collapse where the labelled rows show no
 * error of the judge.
 *
 * @param strata one sample, or one for each condition or class that was drawn from separately
 * @param lambda `tuned`, or one number in [0, 1] for all strata
 * @throws PlimsollError `invalid-input` when a stratum has fewer than two labels or a value is not finite
 */
export function predictionPoweredMean(
  strata: readonly PredictionSample[],
  { level = 0.95, lambda = 'tuned' }: { readonly level?: number; readonly lambda?: 'tuned' | number } = {},
): PredictionPowered {
  openUnit('level', level)
  if (lambda !== 'tuned') within('lambda', lambda, 0, 1)
  const parts = strata.map((stratum, i) => part(stratum, i, lambda))
  const weights = shareOf(
    strata.map(({ weight, labelled, unlabelled }) => weight ?? labelled.length + unlabelled.length),
  )
  const add = (of: (found: Part) => number, power: number) =>
    parts.reduce((sum, found, i) => sum + weights[i]! ** power * of(found), 0)
  const estimate = add(found => found.estimate, 1)
  const error = Math.sqrt(add(found => found.variance, 2))
  const labelled = strata.reduce((sum, stratum) => sum + stratum.labelled.length, 0)
  const half = tQuantile(0.5 + level / 2, labelled - strata.length) * error
  return {
    estimate,
    interval: [estimate - half, estimate + half],
    error,
    lambdas: parts.map(found => found.lambda),
    labelled,
    unlabelled: strata.reduce((sum, stratum) => sum + stratum.unlabelled.length, 0),
  }
}

/** @throws PlimsollError `invalid-input` without a positive weight */
export function shareOf(weights: readonly number[]): number[] {
  for (const weight of weights) within('weight', weight, 0, Number.MAX_VALUE)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  within('sum of weights', total, Number.MIN_VALUE, Number.MAX_VALUE)
  return weights.map(weight => weight / total)
}

interface Part {
  readonly estimate: number
  readonly variance: number
  readonly lambda: number
}

function part({ labelled, unlabelled }: PredictionSample, i: number, wanted: 'tuned' | number): Part {
  const n = labelled.length
  const labels = labelled.map(row => row.label)
  const predicted = labelled.map(row => row.predicted)
  if (n < 2 || ![...labels, ...predicted, ...unlabelled].every(Number.isFinite)) {
    throw new PlimsollError('invalid-input', 'A stratum needs two labelled rows at least, and finite values', {
      found: `stratum ${i}: ${n} labelled and ${unlabelled.length} unlabelled rows`,
      expected: 'two labels or more, every value finite',
      fix: 'Label more rows of it, or join it with another stratum.',
    })
  }
  const lambda = wanted === 'tuned' ? tuned(labels, predicted, unlabelled) : wanted
  const rest = unlabelled.length
  if (rest === 0) return { estimate: mean(labels), variance: variance(labels) / n, lambda: 0 }
  const rectified = labels.map((label, j) => label - lambda * predicted[j]!)
  return {
    estimate: mean(rectified) + lambda * mean(unlabelled),
    variance: variance(rectified) / n + (rest > 1 ? (lambda * lambda * variance(unlabelled)) / rest : 0),
    lambda,
  }
}

function tuned(labels: readonly number[], predicted: readonly number[], unlabelled: readonly number[]): number {
  const spread = variance([...predicted, ...unlabelled])
  if (spread === 0 || unlabelled.length === 0) return 0
  const [middle, centre] = [mean(labels), mean(predicted)]
  const shared = mean(labels.map((label, i) => (label - middle) * (predicted[i]! - centre)))
  return Math.min(1, Math.max(0, shared / ((1 + labels.length / unlabelled.length) * spread)))
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function variance(values: readonly number[]): number {
  const centre = mean(values)
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1)
}
