/** What an answer has to match, as far as it is written. */
export interface Grammar extends Disposable {
  /** Whether a token may follow. */
  allows(token: number): boolean
  /** Logits of tokens that may not follow become −Infinity. */
  mask(logits: Float32Array): void
  /** Told every token that followed. */
  accept(token: number): void
}
