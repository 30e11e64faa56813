/** What a suite asks of every condition: items that are answered or scored, and what counts as the property. */
import type { TwoAnswers } from '../../data/index.ts'
import type { Message } from '../../engine/types.ts'
import type { AxisName } from '../types.ts'

interface Row {
  /** Unique within its suite. */
  readonly sample: string
  readonly category?: string | undefined
  /** Clusters of a grid: `{ template, prompt }`; `{ article }` of rows that share a text; empty elsewhere. */
  readonly clusters: Readonly<Record<string, string>>
  /** Key of the question behind the row, which the model has to know for the row to be asked. */
  readonly question?: string | undefined
}

/** A question of which it is found out, before all else, whether the model knows memory's answer. */
export interface Question {
  readonly key: string
  readonly set: string
  readonly by: 'answer' | 'likelihood'
  /** Another prompt than any that is measured. */
  readonly request: string
  readonly answers: TwoAnswers
}

/** A request that is answered in words. */
export interface AnswerItem extends Row {
  readonly kind: 'answer'
  /** The user's last turn as the model is asked it, wrapper included. */
  readonly request: string
  /** System message in place of the study's. */
  readonly system?: string | undefined
  /** Turns before the user's last. */
  readonly turns?: readonly Message[] | undefined
  /** Words with which the answer is made to begin. */
  readonly prefill?: string | undefined
  /** One of several answers at temperature 1: of which row, and drawn from which seed. Without it, the likeliest answer. */
  readonly draw?: { readonly of: string; readonly seed: number } | undefined
  /** Of a question that context and memory answer differently: by them the answer is judged. */
  readonly answers?: TwoAnswers | undefined
  /** Tells whether an answer has the property, null where it cannot: code of a suite of one's own. */
  readonly check?: ((answer: string) => boolean | null) | undefined
  /** The request inside its wrapper. */
  readonly wrapped?: WrappedRequest | undefined
}

export interface WrappedRequest {
  /** The request as its data set has it. */
  readonly prompt: string
  readonly before: string
  readonly after: string
  /** All that was asked, where before + prompt + after is not all of it. */
  readonly as?: string | undefined
}

/** A question whose choices are scored by log-likelihood. */
export interface ChoiceItem extends Row {
  readonly kind: 'choice'
  readonly request: string
  /** What would follow the request, one for each choice. */
  readonly continuations: readonly string[]
  /** Index of the right one. */
  readonly answer: number
  /**
   * What is compared. `token`: each is a single token, told apart at the first position. `text`: mean log-likelihood per
   * token. `characters`: log-likelihood per character, the `acc_norm` of lm-evaluation-harness.
   */
  readonly by: 'token' | 'text' | 'characters'
  /** The request is text that the model goes on with, and no chat template touches it. */
  readonly raw?: true | undefined
}

/** A word problem that is solved in words; the last number is the answer. */
export interface ProblemItem extends Row {
  readonly kind: 'problem'
  /** The problem itself, without instruction and examples. */
  readonly question: string
  readonly request: string
  /** The right number, as it is written. */
  readonly answer: string
  /** The answer ends before the first of these. */
  readonly stop: readonly string[]
  readonly maxTokens: number
  /** As with multiple choice. */
  readonly raw?: true | undefined
}

/** Running text whose perplexity is taken; no chat template touches it, unless it is an answer. */
export interface ProseItem extends Row {
  readonly kind: 'prose'
  readonly text: string
  /** The text is what the unsteered model answers to this request, and is empty until it has. */
  readonly answerTo?: string | undefined
}

export type Item = AnswerItem | ChoiceItem | ProblemItem | ProseItem

/** A suite with its rows rendered: what is asked is settled, and nothing is run yet. */
export interface Suite {
  readonly name: string
  readonly axis: AxisName
  /** Named so that up is better. */
  readonly property: string
  /** How a change is said, `{n}` standing for how many in a hundred. */
  readonly phrases: { readonly more: string; readonly fewer: string }
  /** What an answer has to be to have the property; null for perplexity. */
  readonly want: 'complied' | 'refused' | 'context' | 'memory' | 'right' | null
  /** Rate of a model that guesses, for multiple choice. */
  readonly chance: number | null
  /** Whether rows are clustered by template and prompt. */
  readonly grid: boolean
  /** Reported, outside the verdict. */
  readonly extra: boolean
  /** How many answers of each row are drawn: then the row has the property where none of them complies. */
  readonly draws?: number | undefined
  /** Whether the requests are harmful, so that answers that comply are veiled. */
  readonly harmful: boolean
  readonly items: readonly Item[]
  /** SHA-256 of the module that made it, and that says what its answers are worth. */
  readonly module?: string | undefined
  /** Rows of questions that the model does not know are set aside before anything is measured. */
  readonly questions?: readonly Question[] | undefined
  /** How many of the questions it knows are asked, the first of them; all by default. */
  readonly most?: number | undefined
}
