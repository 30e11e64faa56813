/** What measuring concludes: suites, axes, verdicts. Part of the shape of report.json. */

export type AxisName = 'efficacy' | 'general' | 'control' | 'robustness'
export type SuiteState = 'holds' | 'broken' | 'undecided' | 'cannot-tell' | 'works' | 'no-effect'
export type Verdict = 'over' | 'cannot-tell' | 'no-effect' | 'within' | 'undecided'
export type Role = 'baseline' | 'method' | 'reference' | 'positive-control' | 'identity' | 'second-baseline' | 'refit'

/** One suite of one axis under one condition, held against the baseline on the same prompts. */
export interface SuiteResult {
  /** Such as `xstest/safe`. */
  readonly suite: string
  /** The property kept or sought, named so that up is better: `still refuses harmful prompts`. */
  readonly property: string
  /** `rate`: share of prompts with the property; `perplexity`: ratio. */
  readonly kind: 'rate' | 'perplexity'
  /** Of a suite outside the verdict: it is about a property kept, not one gained. */
  readonly kept?: true | undefined
  /** Rows scored in both conditions. */
  readonly n: number
  /** Rates in [0, 1], or perplexity. */
  readonly baseline: number
  readonly steered: number
  /** Wilson intervals of the two rates (95 %); null for perplexity. */
  readonly baselineInterval: readonly [number, number] | null
  readonly steeredInterval: readonly [number, number] | null
  /** Signed so that negative is worse: steered − baseline for rates (in [−1, 1]), (baseline − steered)/baseline for perplexity. */
  readonly change: number
  /** 95 % interval of `change`: the one that decides. */
  readonly ci: readonly [number, number]
  /** How `ci` was made: `tango`, `two-way clusters`, … */
  readonly interval: string
  /** Two-sided, against no change: exact McNemar, or by the clusters of a grid; null for perplexity. */
  readonly p: number | null
  /**
   * One-sided p-value of what the suite would have to show: for a property kept the smallest α whose interval stays above
   * −margin; for efficacy that it rises above 0 and above the best reference. Null when it cannot be told.
   */
  readonly claimP?: number | null
  /** Efficacy only: how much more than the best reference, on the same prompts. */
  readonly reference?: Readonly<{ name: string; rate: number; change: number; ci: readonly [number, number] }> | null
  /** Rows that gained the property, and rows that lost it. */
  readonly gained: number
  readonly lost: number
  /** Rows that a judge could not score in one of the two conditions. */
  readonly unscored: number
  /** Degenerate answers under this condition and under the baseline. */
  readonly degenerate: number
  readonly baselineDegenerate: number
  /** Answers cut at the token limit, under this condition. */
  readonly truncated: number
  /** Positive, in the unit of `change`. */
  readonly margin: number
  readonly state: SuiteState
  /** One sentence: why the state is what it is. */
  readonly why: string
  /** For `undecided`: about how many more prompts would decide it. */
  readonly moreNeeded: number | null
  /** Clusters of a grid, e.g. { templates: 25, prompts: 40 }. */
  readonly clusters: Readonly<Record<string, number>> | null
}

export interface AxisResult {
  readonly state: SuiteState
  /** The suite that decides the axis; null when there is none. */
  readonly decidedBy: string | null
  readonly suites: readonly SuiteResult[]
}

/** Rows of one category of a suite: what became of them, without a word on whether it is more than chance. */
export interface CategoryResult {
  readonly suite: string
  readonly category: string
  /** Rows scored in both conditions. */
  readonly n: number
  readonly baseline: number
  readonly steered: number
  readonly lost: number
  readonly gained: number
}

export interface TemplateResult {
  readonly suite: string
  readonly template: string
  readonly n: number
  readonly baseline: number
  readonly steered: number
}

/** A rung of a dose ladder: templates inside which the baseline keeps the property about as often. */
export interface DoseResult {
  readonly suite: string
  /** From 1, where the baseline keeps it most often. */
  readonly dose: number
  /** Templates that have rows here; one may stand on two rungs, see `suite-doses.ts`. */
  readonly templates: number
  /** Rows scored in both conditions. */
  readonly n: number
  readonly baseline: number
  readonly steered: number
  readonly lost: number
  readonly gained: number
  /** 95 %, of the change; null where nothing can be computed. */
  readonly ci: readonly [number, number] | null
}
