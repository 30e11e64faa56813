import { mostLikely, topK } from './likeliest.ts'
import type { TokenProbability } from './types.ts'

/** log Σ exp(logit), in double precision. */
export function logSum(logits: Float32Array, highest: number): number {
  let sum = 0
  for (let token = 0; token < logits.length; token++) sum += Math.exp(logits[token]! - highest)
  return highest + Math.log(sum)
}

/** A model's own log-probabilities: of `token`, and of the `count` most likely ones. */
export class LogProbabilities {
  readonly #logits: Float32Array
  readonly #logSum: number
  readonly #top: readonly number[]

  /** Copies what it needs: the logits may be changed afterwards. */
  constructor(logits: Float32Array, best: number, count: number) {
    this.#logits = logits.slice()
    this.#logSum = logSum(logits, logits[best]!)
    this.#top = count === 0 ? [] : [...topK(logits, count)].sort((a, b) => logits[b]! - logits[a]! || a - b)
  }

  of(token: number, text: (token: number) => string): TokenProbability {
    return {
      logProbability: this.#at(token),
      top: this.#top.map(id => ({ id, text: text(id), logProbability: this.#at(id) })),
    }
  }

  #at(token: number): number {
    return this.#logits[token]! - this.#logSum
  }
}

/** A model's own log-probabilities of some tokens, before anything changes its logits. */
export function ownLogProbabilities(logits: Float32Array, tokens: readonly number[]): Float64Array {
  const sum = logSum(logits, logits[mostLikely(logits)]!)
  return Float64Array.from(tokens, token => logits[token]! - sum)
}
