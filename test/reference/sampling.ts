/** Sampling from its definition: every probability computed, everything sorted. */

import type { Sampling, TokenProbability } from '../../src/engine/sampling/types.ts'
import { PlimsollError } from '../../src/errors.ts'
import { createRandom, type Random } from '../../src/random.ts'

/** Logits after bias and repetition penalty. */
export function changed(logits: ArrayLike<number>, sampling: Sampling, tokens: readonly number[]): number[] {
  const { logitBias = {}, repetitionPenalty = 1, repetitionWindow = 64 } = sampling
  const recent = new Set(tokens.slice(-repetitionWindow))
  return Array.from(logits, (logit, token) => {
    const biased = Math.fround(logit + (logitBias[token] ?? 0))
    if (!recent.has(token)) return biased
    return Math.fround(biased > 0 ? biased / repetitionPenalty : biased * repetitionPenalty)
  })
}

/** The probability of every token to be drawn. */
export function distribution(logits: readonly number[], sampling: Sampling): number[] {
  const { temperature = 0, topK = Number.POSITIVE_INFINITY, topP = 1, minP = 0 } = sampling
  const sorted = [...logits.keys()]
    .filter(token => logits[token] !== Number.NEGATIVE_INFINITY)
    .sort((a, b) => logits[b]! - logits[a]! || a - b)
  if (temperature === 0) return logits.map((_, token) => (token === sorted[0] ? 1 : 0))
  let kept = sorted.slice(0, topK)
  const own = softmax(kept.map(token => logits[token]!))
  let mass = 0
  kept = kept.filter((_, i) => {
    const before = mass
    mass += own[i]!
    return topP === 1 || before < topP
  })
  kept = kept.filter(token => minP === 0 || Math.exp(logits[token]! - logits[kept[0]!]!) >= minP)
  const drawn = softmax(kept.map(token => logits[token]! / temperature))
  return logits.map((_, token) => (kept.includes(token) ? drawn[kept.indexOf(token)]! : 0))
}

/** Of the model itself, before anything is changed. */
export function ownProbabilities(
  logits: ArrayLike<number>,
  token: number,
  count: number,
  text: (token: number) => string,
): TokenProbability {
  const own = softmax(Array.from(logits)).map(Math.log)
  const top = [...own.keys()]
    .filter(id => own[id] !== Number.NEGATIVE_INFINITY)
    .sort((a, b) => own[b]! - own[a]! || a - b)
    .slice(0, count)
  return { logProbability: own[token]!, top: top.map(id => ({ id, text: text(id), logProbability: own[id]! })) }
}

export class ReferenceSampler {
  readonly #sampling: Sampling
  readonly #random: Random
  readonly #tokens: number[]
  readonly #text: (token: number) => string

  constructor(sampling: Sampling, prompt: readonly number[], index: number, text: (token: number) => string) {
    if (sampling.grammar !== undefined)
      throw new PlimsollError('invalid-input', 'The reference reads no grammars.', { found: sampling.grammar })
    this.#sampling = sampling
    this.#random = createRandom((sampling.seed ?? 0) + index, 'sampling')
    this.#tokens = [...prompt]
    this.#text = text
  }

  choose(logits: Float64Array): { readonly token: number; readonly probability?: TokenProbability } {
    const { temperature = 0, logProbabilities } = this.#sampling
    const probabilities = distribution(changed(logits, this.#sampling, this.#tokens), this.#sampling)
    if (probabilities.every(probability => probability === 0))
      throw new PlimsollError('invalid-input', 'The bias forbids every token.')
    const token = at(probabilities, temperature === 0 ? 0 : this.#random.next())
    if (logProbabilities === undefined) return { token }
    return { token, probability: ownProbabilities(logits, token, logProbabilities, this.#text) }
  }

  accept(token: number): void {
    this.#tokens.push(token)
  }
}

/** The token at this share of all probability, in the order of token numbers. */
export function at(probabilities: readonly number[], share: number): number {
  let sum = 0
  const found = probabilities.findIndex(probability => {
    sum += probability
    return sum > share
  })
  return found >= 0 ? found : probabilities.findLastIndex(probability => probability > 0)
}

function softmax(logits: readonly number[]): number[] {
  const highest = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  const weights = logits.map(logit => Math.exp(logit - highest))
  const sum = weights.reduce((a, b) => a + b, 0)
  return weights.map(weight => weight / sum)
}
