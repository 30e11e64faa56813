/** Which of the tokens that follow a prompt are thinking and which are the answer, told as they are written. */

/** How a model marks its thinking, in tokens; each list holds the ways in which a mark may be spelled. */
export interface ThinkingMarks {
  readonly open: readonly (readonly number[])[]
  readonly close: readonly (readonly number[])[]
  /** Whether the prompt itself opens it. */
  readonly opened: boolean
}

/** One token among those that follow a prompt. */
export interface GeneratedAt {
  /** Counted from the first token after the prompt. */
  readonly index: number
  readonly part: 'thinking' | 'answer'
  /** Counted from the first token of its part. */
  readonly indexInPart: number
}

/**
 * Follows one request: tokens are pushed in their order, before they are computed. The token that completes a mark is
 * thinking, both at its opening and at its end; what a token is never changes afterwards.
 */
export class GeneratedParts {
  readonly #promptTokens: number
  readonly #marks: ThinkingMarks | null
  readonly #tokens: number[] = []
  readonly #places: GeneratedAt[] = []
  readonly #counts = { thinking: 0, answer: 0 }
  #thinking: boolean
  #length = 0

  constructor(promptTokens: number, marks: ThinkingMarks | null = null) {
    this.#promptTokens = promptTokens
    this.#marks = marks
    this.#thinking = marks?.opened ?? false
  }

  push(token: number): void {
    const index = this.#length++
    if (this.#marks === null) return
    this.#tokens.push(token)
    const opens = !this.#thinking && this.#marks.open.some(mark => this.#endsWith(mark))
    const closes = this.#thinking && this.#marks.close.some(mark => this.#endsWith(mark))
    const part = this.#thinking || opens ? 'thinking' : 'answer'
    this.#places.push({ index, part, indexInPart: this.#counts[part]++ })
    if (opens) this.#thinking = true
    if (closes) this.#thinking = false
  }

  /** null for a token of the prompt, and for one that was not pushed. */
  at(position: number): GeneratedAt | null {
    const index = position - this.#promptTokens
    if (index < 0 || index >= this.#length) return null
    if (this.#marks === null) return { index, part: 'answer', indexInPart: index }
    return this.#places[index] ?? null
  }

  #endsWith(mark: readonly number[]): boolean {
    const start = this.#tokens.length - mark.length
    return mark.length > 0 && start >= 0 && mark.every((token, i) => this.#tokens[start + i] === token)
  }
}
