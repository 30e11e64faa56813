import { PlimsollError } from '../../errors.ts'
import { openUnit, within } from './check.ts'
import { newcombe } from './newcombe.ts'
import { normalQuantile } from './normal.ts'
import { tangoInterval } from './tango.ts'
import type { Count, Interval, PairedCounts } from './types.ts'

/** How a judge did on labelled rows. */
export interface JudgeError {
  /** Of the labelled rows with the property, those that the judge says yes of. */
  readonly sensitivity: Count
  /** Of the labelled rows without it, those that the judge says no of. */
  readonly specificity: Count
}

export interface Corrected {
  readonly estimate: number
  readonly interval: Interval
}

/**
 * A rate as a judge sees it, corrected for the judge's error: (rate + specificity − 1)/(sensitivity + specificity − 1),
 * cut to [0, 1]. Rogan and Gladen 1978, American Journal of Epidemiology 107:71. The interval is that of Lang and
 * Reiczigel 2014, Preventive Veterinary Medicine 113:13, equations 6, 7, 16 and 17: it allows for the error of all three
 * rates, after two pseudo-rows are added to each of sensitivity and specificity and z² to the rate.
 *
 * The judge's error is taken from other rows (a published set) and assumed to be the same here. Where a part of these
 * very rows was labelled, `predictionPoweredRate` needs no such assumption.
 *
 * @param positive rows that the judge says yes of
 * @throws PlimsollError `invalid-input` when a count is out of range, or the judge is no better than a coin
 */
export function roganGladen(positive: Count, judge: JudgeError, level = 0.95): Corrected {
  openUnit('level', level)
  const z = normalQuantile(0.5 + level / 2)
  const { sensitivity, specificity } = checked(judge)
  const raw = ratio('positive', positive)
  const estimate = cut((raw + specificity - 1) / (sensitivity + specificity - 1), 0)
  const rate = (positive.count + (z * z) / 2) / (positive.n + z * z)
  const [se, sp] = [judge.sensitivity, judge.specificity].map(({ count, n }) => (count + 1) / (n + 2)) as [
    number,
    number,
  ]
  const prevalence = (rate + sp - 1) / (se + sp - 1)
  const ofSe = (se * (1 - se)) / (judge.sensitivity.n + 2)
  const ofSp = (sp * (1 - sp)) / (judge.specificity.n + 2)
  const shift = 2 * z * z * (prevalence * ofSe - (1 - prevalence) * ofSp)
  const variance = (rate * (1 - rate)) / (positive.n + z * z) + prevalence ** 2 * ofSe + (1 - prevalence) ** 2 * ofSp
  const half = (z * Math.sqrt(variance)) / (se + sp - 1)
  return { estimate, interval: [cut(prevalence + shift - half, 0), cut(prevalence + shift + half, 0)] }
}

/**
 * A paired change as a judge sees it, corrected for an error that is the same under both conditions:
 * change/(sensitivity + specificity − 1), cut to [−1, 1]; only this denominator matters, since what the judge wrongly
 * takes for a yes cancels. The interval joins Tango's of the change with Newcombe's of the denominator by the closed form
 * for a ratio of Donner and Zou 2012, Statistical Methods in Medical Research 21:347 (MOVER-R). It is [−1, 1] where the
 * denominator's own interval reaches 0.
 *
 * A sensitivity analysis: steering may change how answers are worded, and so the judge's error.
 *
 * @throws PlimsollError `invalid-input` when a count is out of range, or the judge is no better than a coin
 */
export function roganGladenChange(counts: PairedCounts, judge: JudgeError, level = 0.95): Corrected {
  const { sensitivity, specificity } = checked(judge)
  const better = sensitivity + specificity - 1
  const wrong = { count: judge.specificity.n - judge.specificity.count, n: judge.specificity.n }
  const denominator = newcombe(judge.sensitivity, wrong, level)
  const change = (counts.gained - counts.lost) / counts.n
  const [low, high] = tangoInterval(counts, level)
  const estimate = cut(change / better, -1)
  if (denominator[0] <= 0) return { estimate, interval: [-1, 1] }
  return {
    estimate,
    interval: [
      cut(lowerRatio(change, low, better, denominator), -1),
      cut(-lowerRatio(-change, -high, better, denominator), -1),
    ],
  }
}

/** The R below which one − R·other lies above 0: R solves one − R·other = √((one − low)² + R² (other − bound)²). */
function lowerRatio(one: number, low: number, other: number, [least, most]: Interval): number {
  const bound = low >= 0 ? most : least
  const product = one * other
  const rest = low * bound * (2 * one - low) * (2 * other - bound)
  return (product - Math.sqrt(Math.max(0, product * product - rest))) / (bound * (2 * other - bound))
}

function checked({ sensitivity, specificity }: JudgeError): { sensitivity: number; specificity: number } {
  const found = { sensitivity: ratio('sensitivity', sensitivity), specificity: ratio('specificity', specificity) }
  const better = (sensitivity.count + 1) / (sensitivity.n + 2) + (specificity.count + 1) / (specificity.n + 2)
  if (found.sensitivity + found.specificity > 1 && better > 1) return found
  throw new PlimsollError('invalid-input', 'The judge is no better than a coin, so its error cannot be corrected', {
    found: `sensitivity ${found.sensitivity}, specificity ${found.specificity}`,
    expected: 'a sum above 1',
    fix: 'Use another judge.',
  })
}

function ratio(name: string, { count, n }: Count): number {
  within(`n of ${name}`, n, Number.MIN_VALUE, Number.MAX_SAFE_INTEGER)
  within(`count of ${name}`, count, 0, n)
  return count / n
}

function cut(value: number, least: number): number {
  return Math.min(1, Math.max(least, value))
}
