/** The rows that a study fits and selects on. */
import type { PromptRow } from '../data/index.ts'
import type { Question, Suite } from '../measure/suites/index.ts'
import type { Sides } from '../steer/index.ts'

export interface FitRows {
  /** Rows that may fall on either side. */
  readonly pool: readonly PromptRow[]
  readonly positive: readonly PromptRow[]
  readonly negative: readonly PromptRow[]
  /** What is to be left alone, on the two sides it may fall on; where it is left out, the sides themselves. */
  readonly control?: Sides<PromptRow> | undefined
  /** Behind the rows: those that the model does not know are set aside. */
  readonly questions?: readonly Question[] | undefined
}
export interface SelectRows {
  readonly target: readonly PromptRow[]
  readonly control: readonly PromptRow[]
  readonly questions?: readonly Question[] | undefined
  /** Rows a side, of those that the model knows. */
  readonly most?: number | undefined
  /** The control questions behind distractors, where that is explored. */
  readonly distracted?: Suite | undefined
}

/** What of a fit is to be left alone. */
export function controlOf({ control, positive, negative }: FitRows): Sides<PromptRow> {
  return control ?? { positive, negative }
}
