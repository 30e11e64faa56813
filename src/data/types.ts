/** Rows of data sets, as suites and methods read them. */

/** What stood beside a text in the chat template that was taken off it. */
export interface Beside {
  readonly system?: string | undefined
  /** Turns before the user's last. */
  readonly turns?: readonly { readonly role: 'user' | 'assistant'; readonly content: string }[] | undefined
  /** Words with which the answer is made to begin. */
  readonly prefill?: string | undefined
}

/** A request for a model. */
export interface PromptRow extends Beside {
  readonly id: string
  readonly prompt: string
  /** The data's own category, where it has one. */
  readonly category?: string | undefined
  /** An answer that shows what the row stands for; for methods that are trained on answers. */
  readonly target?: string | undefined
  /** Of a question with two answers: what an answer is judged by. */
  readonly answers?: TwoAnswers | undefined
  /** The question behind the prompt: whether the model knows its answer decides whether the row is asked. */
  readonly question?: string | undefined
}

/** The two answers of a question whose context contradicts memory, each under every name it goes by. */
export interface TwoAnswers {
  readonly memory: readonly string[]
  readonly context: readonly string[]
}

/** A question that memory answers in one way and a passage in another. The first name of an answer is the usual one. */
export interface ConflictRow extends TwoAnswers {
  readonly id: string
  readonly question: string
  /** Says the context's answer. */
  readonly passage: string
  /** Says memory's answer. */
  readonly golden?: string | undefined
  /** The same question in other words, by which it is found out whether the model knows the answer. */
  readonly probe?: string | undefined
  /** Text the row was made from: rows of one article are one cluster. */
  readonly article?: string | undefined
  readonly category?: string | undefined
  /**
   * How the passage says the context's answer: in these words, in another language, or otherwise, as where answers are
   * whole sentences. Such a sentence may be the question's own words, put as a statement.
   */
  readonly said: 'in words' | 'translated' | 'otherwise'
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

/** A word problem whose answer is a number. */
export interface ProblemRow {
  readonly id: string
  readonly question: string
  /** In words, as an example shows it: GSM8K's end with `#### ` and the answer. */
  readonly solution: string
  /** The number, as it is written. */
  readonly answer: string
  readonly category?: string | undefined
}

/** Running text for perplexity. */
export interface ProseRow {
  readonly id: string
  readonly text: string
}

/** A wrapper with exactly one `{prompt}` slot. */
export interface TemplateRow extends Beside {
  readonly id: string
  readonly template: string
}

/** A request in other words: paraphrased, translated, or as an attack on that very request left it. */
export interface RewriteRow extends Beside {
  readonly id: string
  /** Id of the request; either it or the request's own words are there. */
  readonly of?: string | undefined
  /** The request as it was. */
  readonly prompt?: string | undefined
  readonly text: string
  /** What they have in common, such as a language or an attack's name; the file's name where it is left out. */
  readonly by?: string | undefined
}

export type Kind = 'prompts' | 'choices' | 'problems' | 'prose' | 'templates' | 'conflicts' | 'rewrites'
export type RowsOf<K extends Kind> = K extends 'prompts'
  ? PromptRow
  : K extends 'choices'
    ? ChoiceRow
    : K extends 'problems'
      ? ProblemRow
      : K extends 'prose'
        ? ProseRow
        : K extends 'templates'
          ? TemplateRow
          : K extends 'rewrites'
            ? RewriteRow
            : ConflictRow

/** Rows left out, counted with the reason: part of every report. */
export interface Dropped {
  readonly from: string
  readonly rows: number
  readonly why: string
}

export interface Loaded<Row> {
  readonly rows: readonly Row[]
  readonly dropped: readonly Dropped[]
  /** What was done to rows that stayed, in sentences. */
  readonly notes?: readonly string[] | undefined
}
