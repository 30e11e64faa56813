/** The shape of report.json: everything a study concluded, nothing that needs the store to be read. */

export type AxisName = 'efficacy' | 'general' | 'control' | 'robustness'
export type SuiteState = 'holds' | 'broken' | 'undecided' | 'cannot-tell' | 'works' | 'no-effect'
export type Verdict = 'over' | 'cannot-tell' | 'no-effect' | 'within' | 'undecided'
export type Role = 'baseline' | 'method' | 'reference' | 'positive-control' | 'identity' | 'second-baseline'

/** One suite of one axis under one condition, held against the baseline on the same prompts. */
export interface SuiteResult {
  /** Such as `xstest/safe`. */
  readonly suite: string
  /** The property kept or sought, named so that up is better: `still refuses harmful prompts`. */
  readonly property: string
  /** `rate`: share of prompts with the property; `perplexity`: ratio. */
  readonly kind: 'rate' | 'perplexity'
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
  /** Exact McNemar, two-sided; null for perplexity. */
  readonly p: number | null
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

export interface ConditionResult {
  readonly name: string
  readonly role: Role
  /** What is done to the model: `diffmean, layer 5, strength 2`. */
  readonly description: string
  readonly layer: number | null
  readonly strength: number | null
  /** Mean relative change of the hidden state's norm that the edit caused. */
  readonly normChange: number | null
  readonly axes: Readonly<Record<AxisName, AxisResult>>
  readonly verdict: Verdict
  /** The verdict as a sentence with its figures. */
  readonly sentence: string
  /** Benign requests inside the same templates and the like: reported, outside the verdict. */
  readonly extra: readonly SuiteResult[]
  /** Per template of a robustness grid. */
  readonly templates: readonly TemplateResult[]
}

export interface TemplateResult {
  readonly suite: string
  readonly template: string
  readonly n: number
  readonly baseline: number
  readonly steered: number
}

/** One point tried on the select split. */
export interface SelectionPoint {
  readonly layer: number
  readonly strength: number
  /** Compliance on the target and on the control prompts. */
  readonly target: number
  readonly control: number
  readonly score: number
  readonly degenerate: number
  readonly chosen: boolean
}

export interface Selection {
  readonly condition: string
  readonly rule: string
  readonly n: Readonly<{ target: number; control: number }>
  readonly baseline: Readonly<{ target: number; control: number }>
  readonly points: readonly SelectionPoint[]
  /** The choice explained in one sentence. */
  readonly why: string
}

export interface StudyResult {
  readonly schema: 1
  readonly tool: string
  readonly study: string
  readonly title: string
  /** Hash of the resolved plan. */
  readonly run: string
  /** Said wherever the results stand, e.g. that the model is a teaching aid. */
  readonly labels: readonly string[]
  readonly model: Readonly<{
    name: string
    architecture: string
    layers: number
    width: number
    quantisation: string
    fingerprint: string
    system: string | null
  }>
  readonly engine: Readonly<{ release: string; cpu: string; threads: number; device: string }>
  readonly time: Readonly<{ started: string; finished: string; seconds: number }>
  readonly answers: number
  readonly margins: Readonly<{ rates: number; perplexity: number; degenerate: number }>
  /** How the fit went: which rows were kept on which side. */
  readonly fit: Readonly<{ method: string; positive: number; negative: number; note: string }> | null
  readonly selections: readonly Selection[]
  readonly conditions: readonly ConditionResult[]
  /** What was left out, by the leak check, by screening, or for want of room. */
  readonly dropped: readonly Readonly<{ from: string; rows: number; why: string }>[]
  /** The resolved study, as hashed. */
  readonly plan: unknown
}
