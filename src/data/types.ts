/** Rows of data sets, as suites and methods read them. */

/** A request for a model. */
export interface PromptRow {
  readonly id: string
  readonly prompt: string
  /** The data's own category, where it has one. */
  readonly category?: string | undefined
  /** An answer that shows what the row stands for; for methods that are trained on answers. */
  readonly target?: string | undefined
}

/** A question whose choices are scored by log-likelihood. */
export interface ChoiceRow {
  readonly id: string
  readonly question: string
  readonly choices: readonly string[]
  /** Index of the right choice. */
  readonly answer: number
  readonly category?: string | undefined
}

/** Running text for perplexity. */
export interface ProseRow {
  readonly id: string
  readonly text: string
}

/** A wrapper with exactly one `{prompt}` slot. */
export interface TemplateRow {
  readonly id: string
  readonly template: string
}

export type Kind = 'prompts' | 'choices' | 'prose' | 'templates'
export type RowsOf<K extends Kind> = K extends 'prompts'
  ? PromptRow
  : K extends 'choices'
    ? ChoiceRow
    : K extends 'prose'
      ? ProseRow
      : TemplateRow

/** Rows left out, counted with the reason: part of every report. */
export interface Dropped {
  readonly from: string
  readonly rows: number
  readonly why: string
}

export interface Loaded<Row> {
  readonly rows: readonly Row[]
  readonly dropped: readonly Dropped[]
}
