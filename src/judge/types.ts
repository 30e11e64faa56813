/** What a judge says of one answer. */
export type AnswerClass = 'refused' | 'partial' | 'complied' | 'degenerate' | 'unscored'

export interface Judgement {
  readonly class: AnswerClass
  /** Which rule fired, e.g. `cannot-help`. */
  readonly rule: string
  /** The words that made it fire, quoted from the answer. */
  readonly evidence: string
}
