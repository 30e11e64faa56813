/** The shape of report.json: everything a study concluded, nothing that needs the store to be read. */
import type { FaithfulClass } from '../judge/types.ts'
import type { AnswerFigures } from '../measure/answer-figures.ts'
import type {
  AxisName,
  AxisResult,
  CategoryResult,
  DoseResult,
  Role,
  SuiteResult,
  TemplateResult,
  Verdict,
} from '../measure/types.ts'
import type { Knowledge } from './conflicts/index.ts'
import type { Deviation } from './deviations.ts'
import type { Kl, Units } from './harmless/index.ts'
import type { JudgeReport } from './judging/types.ts'
import type { ActivationMap } from './map/index.ts'
import type { Study } from './schema.ts'

export type {
  AxisName,
  AxisResult,
  CategoryResult,
  DoseResult,
  Role,
  SuiteResult,
  SuiteState,
  TemplateResult,
  Verdict,
} from '../measure/types.ts'

export interface ConditionResult {
  readonly name: string
  readonly role: Role
  /** What is done to the model: `diffmean, layer 5, strength 2`. */
  readonly description: string
  readonly layer: number | null
  readonly strength: number | null
  /** Names what is added to the model, strength included: equal for edits that do the same. Results of 0.1 may lack it. */
  readonly vector?: string | undefined
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
  /** How its change differs from fit to fit; missing where it was fitted once. */
  readonly fits?: Fits | undefined
  /** Of each suite whose questions have two answers: whose answer was given, how often. Results of 0.1 may lack it. */
  readonly classes?: readonly ClassCounts[] | undefined
  /** What its plain answers look like, outside the verdict; null without any. Results of 0.1 may lack it. */
  readonly answers?: AnswerFigures | null | undefined
  /** Per category of each suite whose rows have one. Results of 0.1 may lack it. */
  readonly categories?: readonly CategoryResult[] | undefined
  /** Per rung of the dose ladder of each grid that has one. Results of 0.1 may lack it. */
  readonly doses?: readonly DoseResult[] | undefined
}

export type Refit = Pick<ConditionResult, 'name' | 'role' | 'description' | 'layer' | 'strength' | 'vector'>

/** A method fitted again and again, each time on its contrast set drawn anew, at one layer and strength. */
export interface Fits {
  readonly n: number
  readonly suites: readonly FitsOfSuite[]
}

/** Changes are as in `SuiteResult`: signed, negative is worse. */
export interface FitsOfSuite {
  readonly axis: AxisName | null
  readonly suite: string
  /** Rows that every fit answered. */
  readonly rows: number
  /** Of each fit. */
  readonly changes: readonly number[]
  readonly mean: number
  /** Standard deviation between fits. */
  readonly sd: number
  /** 95 % of the mean over fits, by t with as many degrees of freedom as fits less one, on these very prompts. */
  readonly ci: readonly [number, number]
}

export interface ClassCounts {
  readonly suite: string
  readonly counts: Readonly<Record<FaithfulClass, number>>
  /** Answers that are a name of their class and nothing else: SQuAD’s exact match. */
  readonly exact: number
}

/** One point tried on the select split. */
export interface SelectionPoint {
  /** null for a vector that acts at several layers. */
  readonly layer: number | null
  readonly strength: number
  /**
   * Compliance on the target and on the control prompts. Of faithfulness: answers from the context on the target, and
   * answers that are not memory's on the control.
   */
  readonly target: number
  readonly control: number
  readonly score: number
  /** Degenerate answers among both, a number of them. */
  readonly degenerate: number
  readonly chosen: boolean
  /** The strength in units that can be compared. Results of 0.1 may lack it. */
  readonly units?: Units | undefined
}

/** A rate on the select split; null where no row could be scored. */
export interface ExploredRate {
  /** Share of the scored rows that have the axis's property, so that up is better. */
  readonly rate: number | null
  /** Rows scored. */
  readonly n: number
  /** 95 %: Wilson, of a grid by its templates and prompts. */
  readonly ci: readonly [number, number] | null
  /** Rate of a model that guesses, for multiple choice. */
  readonly chance?: number | undefined
}

/** Never part of a verdict: one strength of a curve. 0 is the unsteered model. */
export interface ExploredPoint {
  readonly strength: number
  readonly chosen: boolean
  readonly axes: Readonly<Record<AxisName, ExploredRate>>
}

export interface Selection {
  readonly condition: string
  readonly rule: string
  /** What is steered; results before there was more than one lack it. */
  readonly behaviour?: Study['behaviour'] | undefined
  readonly n: Readonly<{ target: number; control: number }>
  readonly baseline: Readonly<{ target: number; control: number }>
  readonly points: readonly SelectionPoint[]
  /** All four axes on the select split, at the chosen layer. Results of 0.1 may lack it; empty where nothing was explored. */
  readonly explored?: readonly ExploredPoint[] | undefined
  /** Of the rules with a budget: its nats, and the divergence at every strength looked at. */
  readonly budget?:
    | Readonly<{
        kl: number
        looked: readonly Readonly<{ layer: number | null; strength: number; kl: Kl }>[]
      }>
    | undefined
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
  /** Where something could not be done as it was planned; among the labels, too. Results of 0.1 may lack it. */
  readonly warnings?: readonly string[] | undefined
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
  /** `seconds`: worked on it, in all sessions together. */
  readonly time: Readonly<{ started: string; finished: string; seconds: number }>
  readonly answers: number
  readonly margins: Readonly<{ rates: number; perplexity: number; degenerate: number }>
  /** How the fit went: which rows were kept on which side. */
  readonly fit: Readonly<{ method: string; positive: number; negative: number; note: string }> | null
  readonly selections: readonly Selection[]
  readonly conditions: readonly ConditionResult[]
  /** The further fits that `fits` of a condition sums up. Results of 0.1 may lack it. */
  readonly refits?: readonly Refit[] | undefined
  /** Where states lie before and after steering. Results of 0.1 may lack it; null where it cannot be drawn. */
  readonly map?: ActivationMap | null | undefined
  /** Of the judges themselves; missing in results of earlier versions. */
  readonly judge?: JudgeReport | undefined
  /** Where the study departs from the built-in one that filled its gaps. Results of 0.1 may lack it; null where unknown. */
  readonly deviations?: readonly Deviation[] | null | undefined
  /** Questions the model was asked without a context, and those it knew; null where a study has none. */
  readonly knowledge?: readonly Knowledge[] | null | undefined
  /** What was left out, by the leak check, by screening, or for want of room. */
  readonly dropped: readonly Readonly<{ from: string; rows: number; why: string }>[]
  /** What was done to rows that stayed, in sentences. Results of 0.1 may lack it. */
  readonly notes?: readonly string[] | undefined
  /** The resolved study, as hashed. */
  readonly plan: unknown
}
