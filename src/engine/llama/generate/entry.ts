import type { Answer } from './answer.ts'
import type { Share } from './prefixes.ts'

/** An answer to begin with, and what of its prompt others have too. */
export interface Entry {
  readonly answer: Answer
  readonly share: Share | null
  /** Place in the list that the plan was made for. */
  readonly place: number
}
