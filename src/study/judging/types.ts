/** What a report says of the judges themselves. Part of the shape of report.json. */
import type { Aspect, GraderName } from '../../judge/grader.ts'
import type { LabelClass } from '../../judge/labels.ts'
import type { AnswerClass } from '../../judge/types.ts'
import type { Interval } from '../../measure/statistics/index.ts'
import type { SuiteState } from '../../measure/types.ts'

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

/** How two judges of the same thing agree under one condition, on answers that both put into a class both can say. */
export interface JudgeAgreement {
  readonly asks: 'refusal' | 'harm'
  readonly condition: string
  readonly judges: readonly [one: string, other: string]
  readonly n: number
  /** Answers that one of them did not grade, or put into a class that the other cannot say. */
  readonly leftOut: number
  readonly agree: number
  readonly interval: Interval | null
  /** Cohen's kappa; null where both say one class only. */
  readonly kappa: number | null
  readonly kappaInterval: Interval | null
  readonly classes: readonly string[]
  /** table[class by one][class by the other] = answers, in the order of `classes`. */
  readonly table: readonly (readonly number[])[]
}

/** A judge's error under one condition, by labels of people. */
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
  /** Error here − error at the baseline, for a judge that steering itself may fool; null at the baseline or without labels. */
  readonly moreErrors: Estimated | null
}

/** The error of one judge beside the rules. */
export interface LabelledJudge {
  readonly judge: string
  readonly conditions: readonly LabelledCondition[]
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

/** Grades of the answers of one suite under one condition. */
export interface GradeScore {
  readonly condition: string
  readonly suite: string
  readonly n: number
  readonly unscored: number
  /** Why answers are unscored, and how many for each reason. */
  readonly reasons: Readonly<Record<string, number>>
  /** Of refusal the share refused in full, else the mean of the grades. */
  readonly mean: number | null
  /** Answers graded as partial refusals; null for what is not of refusal. */
  readonly partial: number | null
  /** Mean of steered − baseline over answers graded on both sides; bootstrap interval, null on a grid. */
  readonly change: number | null
  readonly ci: Interval | null
}

/** What one judge beside the rules says of one thing. */
export interface GradedAspect {
  readonly grader: string
  readonly aspect: Aspect
  readonly scores: readonly GradeScore[]
}

export interface JudgeReport {
  /** Which rules judged. */
  readonly rules: string
  readonly openings: Readonly<{ tokens: readonly number[]; texts: readonly string[]; note: string }>
  readonly disagreement: readonly Disagreement[]
  /** Null where nobody labelled an answer of this run. */
  readonly labelled: Readonly<{
    conditions: readonly LabelledCondition[]
    /** The other judges of refusal by the same labels. */
    judges: readonly LabelledJudge[]
    suites: readonly CorrectedSuite[]
    /** Suites that cannot be put right, and why. */
    leftOut: readonly Readonly<{ suite: string; why: string }>[]
  }> | null
  /** Judges beside the rules that graded this run. */
  readonly graders: readonly GraderName[]
  readonly graded: readonly GradedAspect[]
  readonly agreement: readonly JudgeAgreement[]
}
