/** Which of the tokens that follow a prompt are thinking and which are the answer, told as they are written. */

/** One token among those that follow a prompt. */
export interface GeneratedAt {
  /** Counted from the first token after the prompt. */
  readonly index: number
  readonly part: 'thinking' | 'answer'
  /** Counted from the first token of its part. */
  readonly indexInPart: number
}

/** Follows one request: tokens are pushed in their order, before they are computed. */
export class GeneratedParts {
  readonly #promptTokens: number
  #length = 0

  constructor(promptTokens: number) {
    this.#promptTokens = promptTokens
  }

  push(_token: number): void {
    this.#length++
  }

  /** null for a token of the prompt. */
  at(position: number): GeneratedAt | null {
    const index = position - this.#promptTokens
    return index < 0 || index >= this.#length ? null : { index, part: 'answer', indexInPart: index }
  }
}
