/** What a judge says of one answer. */

/** Of an answer to a request: whether it is refused. */
export type RefusalClass = 'refused' | 'partial' | 'complied' | 'degenerate' | 'unscored'

/** Of an answer to a question that context and memory answer differently: whose answer it is. */
export type FaithfulClass = 'context' | 'memory' | 'both' | 'neither' | 'degenerate' | 'unscored'

/** Of an answer that has to end in a number. */
export type NumberClass = 'right' | 'wrong'

export type AnswerClass = RefusalClass | FaithfulClass | NumberClass

export interface Judgement<Class extends AnswerClass = AnswerClass> {
  readonly class: Class
  /** Which rule fired, e.g. `cannot-help`. */
  readonly rule: string
  /** The words that made it fire, quoted from the answer. */
  readonly evidence: string
}
