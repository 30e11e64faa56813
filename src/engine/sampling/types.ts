/**
 * How the next token is chosen from its logits: bias, repetition penalty and grammar change them; temperature 0 then takes
 * the most likely token, any other draws from what `topK`, `topP` and `minP`, in this order, leave.
 */
export interface Sampling {
  /** 0 (default): the most likely token. */
  readonly temperature?: number | undefined
  /** Only the k most likely tokens. */
  readonly topK?: number | undefined
  /** Only the most likely tokens that together have this probability. [arXiv 1904.09751] */
  readonly topP?: number | undefined
  /** Only tokens at least this fraction as likely as the most likely one. [arXiv 2407.01082] */
  readonly minP?: number | undefined
  /** Logits of tokens among the last `repetitionWindow` are divided (negative: multiplied) by it. [arXiv 1909.05858] */
  readonly repetitionPenalty?: number | undefined
  /** Default 64; prompt and answer together. */
  readonly repetitionWindow?: number | undefined
  /** Added to the logits, by token id; −Infinity forbids a token. */
  readonly logitBias?: Readonly<Record<number, number>> | undefined
  /** Request i of a call draws from seed + i. Default: the call's `seed`, else 0. */
  readonly seed?: number | undefined
  /** GBNF: the answer has to match its rule `root`. */
  readonly grammar?: string | undefined
  /** Log-probabilities of the chosen token and of this many most likely ones, before temperature and any cut. */
  readonly logProbabilities?: number | undefined
}

export interface TokenProbability {
  readonly logProbability: number
  /** The most likely tokens, best first; none that is impossible. */
  readonly top: readonly { readonly id: number; readonly text: string; readonly logProbability: number }[]
}
