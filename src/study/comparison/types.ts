/** What a comparison says: plain JSON. */
import type { AnswerClass } from '../../judge/types.ts'
import type { AxisName } from '../result.ts'

/**
 * `better`: the whole interval of the change lies above zero; `worse`: below it; `alike`: within the margin on both
 * sides of zero; else `unclear`. `cannot-tell`: there is nothing to compute it from.
 */
export type ComparedState = 'better' | 'worse' | 'alike' | 'unclear' | 'cannot-tell'

/** One suite on the prompts that both sides answered. */
export interface SuiteComparison {
  readonly suite: string
  readonly axis: AxisName
  /** Reported, outside the verdicts of both studies. */
  readonly extra: boolean
  /** Named so that up is better. */
  readonly property: string
  readonly kind: 'rate' | 'perplexity'
  /** Prompts scored on both sides. */
  readonly n: number
  /** Rates in [0, 1], or perplexity. */
  readonly a: number
  readonly b: number
  /** From A to B, signed so that negative is worse: B − A for rates, (A − B)/A for perplexity. */
  readonly change: number
  /** 95 % interval of `change`. */
  readonly ci: readonly [number, number]
  /** How `ci` was made, as in a study. */
  readonly interval: string
  /** Two-sided, against no change: exact McNemar, or by the clusters of a grid; null for perplexity. */
  readonly p: number | null
  readonly lost: number
  readonly gained: number
  /** Prompts answered on both sides that a judge could not score, or that make no sense, on one of them. */
  readonly unscored: number
  /** Prompts that only A, or only B, has. */
  readonly onlyA: number
  readonly onlyB: number
  /** Prompts of one name whose text is not the same on both sides, or was changed or removed since it was asked: left out. */
  readonly changed: number
  /** As a fraction; the stricter of both studies'. */
  readonly margin: number
  readonly state: ComparedState
  readonly why: string
  readonly clusters: Readonly<Record<string, number>> | null
}

/** One thing in which the two sides differ. */
export interface Difference {
  readonly what: string
  readonly a: string
  readonly b: string
}

export interface ComparedCondition {
  /** As it was asked for. */
  readonly name: string
  readonly study: string
  readonly run: string
  readonly condition: string
  readonly description: string
  readonly model: string
}

/** A prompt whose property was lost or gained from A to B. */
export interface Flip {
  readonly suite: string
  readonly axis: AxisName
  readonly id: string
  readonly template: string | null
  readonly prompt: string
  readonly change: 'lost' | 'gained'
  readonly harmful: boolean
  /** Null for multiple choice. An answer to a harmful prompt that is no refusal has its text veiled. */
  readonly a: ComparedAnswer | null
  readonly b: ComparedAnswer | null
}

export interface ComparedAnswer {
  readonly class: AnswerClass
  /** Null where it is veiled. */
  readonly text: string | null
}

export interface Comparison {
  readonly schema: 1
  readonly tool: string
  readonly a: ComparedCondition
  readonly b: ComparedCondition
  /** Rules that judged both sides, now. */
  readonly judge: string
  readonly suites: readonly SuiteComparison[]
  /** Suites that only one side has, or that ask for another property there. */
  readonly left: readonly Readonly<{ suite: string; side: 'a' | 'b' | 'both'; prompts: number; why: string }>[]
  readonly differences: readonly Difference[]
  readonly flips: readonly Flip[]
}
