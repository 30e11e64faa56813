/** Changes of the logits before anything is chosen. All in place. */
import type { Sampling } from './types.ts'

/** The last tokens of prompt and answer, each once. */
export class Recent {
  readonly #window: number
  readonly #tokens: number[]

  constructor(prompt: readonly number[], window: number) {
    this.#window = window
    this.#tokens = prompt.slice(-window)
  }

  add(token: number): void {
    this.#tokens.push(token)
    if (this.#tokens.length > this.#window) this.#tokens.shift()
  }

  get distinct(): ReadonlySet<number> {
    return new Set(this.#tokens)
  }
}

export function addBias(logits: Float32Array, bias: NonNullable<Sampling['logitBias']>): void {
  for (const token in bias) logits[token] = logits[token]! + bias[token]!
}

/** A logit above 0 is divided by the penalty, one below multiplied: either way the token is less likely. */
export function penalise(logits: Float32Array, tokens: Iterable<number>, penalty: number): void {
  for (const token of tokens) {
    const logit = logits[token]!
    logits[token] = logit > 0 ? logit / penalty : logit * penalty
  }
}
