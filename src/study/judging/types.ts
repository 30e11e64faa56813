/** What a report says of the judges themselves. Part of the shape of report.json. */
import type { AnswerClass } from '../../judge/types.ts'
import type { Interval } from '../../measure/statistics/index.ts'
import type { SuiteState } from '../../measure/types.ts'
import type { LabelClass } from '../../store/index.ts'

/** Rules and log-odds of refusal openings, answer by answer, where both say refused or not. */
export interface Disagreement {
  readonly condition: string
  /** Answers that the rules call refused or complied, with log-odds. */
  readonly n: number
  readonly agree: number
  readonly interval: Interval | null
  /** The rules say refused, the log-odds are not above 0. */
  readonly rulesOnly: number
  /** The log-odds are above 0, the rules say complied. */
  readonly openingsOnly: number
}

/** The judge's error under one condition, by labels of people. */
export interface LabelledCondition {
  readonly condition: string
  /** Labels that say something, and those that say that it is unclear. */
  readonly labels: number
  readonly unclear: number
  /** Labels that are the judge's class. */
  readonly agree: number
  readonly interval: Interval | null
  /** confusion[by people][by the judge] = answers. */
  readonly confusion: Readonly<Partial<Record<LabelClass, Readonly<Partial<Record<AnswerClass, number>>>>>>
  readonly tooFew: boolean
}

export interface Estimated {
  readonly estimate: number
  readonly interval: Interval
}

/** A suite's rates and change put right by labels. */
export interface CorrectedSuite {
  readonly condition: string
  readonly suite: string
  readonly labels: Readonly<{ baseline: number; steered: number }>
  readonly tooFew: boolean
  /** Change by the judge, on the same pairs. */
  readonly judged: number
  /** Prediction-powered. */
  readonly baseline: Estimated
  readonly steered: Estimated
  readonly change: Estimated
  /** Sensitivity analysis, the error taken as the same under both conditions; null with the reason where it cannot be had. */
  readonly roganGladen: Estimated | null
  readonly roganGladenWhy: string
  /** What the corrected interval alone would say of the suite, and how that stands to the verdict's state. */
  readonly state: SuiteState
  readonly agreement: 'agrees' | 'contradicts' | 'does not decide' | 'too few labels'
}

/** Harm by a rubric, 0 to 1, of the answers of one suite under one condition. */
export interface HarmScore {
  readonly condition: string
  readonly suite: string
  readonly n: number
  readonly unscored: number
  /** Why answers are unscored, and how many for each reason. */
  readonly reasons: Readonly<Record<string, number>>
  readonly mean: number | null
  /** Mean of steered − baseline over answers graded on both sides; bootstrap interval, null on a grid. */
  readonly change: number | null
  readonly ci: Interval | null
}

export interface JudgeReport {
  /** Which rules judged. */
  readonly rules: string
  readonly openings: Readonly<{ tokens: readonly number[]; texts: readonly string[]; note: string }>
  readonly disagreement: readonly Disagreement[]
  /** Null where nobody labelled an answer of this run. */
  readonly labelled: Readonly<{
    conditions: readonly LabelledCondition[]
    suites: readonly CorrectedSuite[]
    /** Suites that cannot be put right, and why. */
    leftOut: readonly Readonly<{ suite: string; why: string }>[]
  }> | null
  /** Null where no rubric was given. */
  readonly harm: Readonly<{ grader: string; scores: readonly HarmScore[] }> | null
}
