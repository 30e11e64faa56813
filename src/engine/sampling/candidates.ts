/** Which tokens may be drawn, and how likely each of them is. */
import { above, topK, topMass } from './likeliest.ts'
import { logSum } from './probabilities.ts'
import type { Sampling } from './types.ts'

/** Tokens ascending, each with its weight: its probability but for a common factor. */
export interface Candidates {
  readonly tokens: Int32Array
  readonly weights: Float64Array
  readonly total: number
}

/**
 * The cuts act in this order, each on what the one before left, with the probabilities that the model gave: `topK`,
 * `topP`, `minP`. What is left is then weighted by exp(logit / temperature).
 * @param best the most likely token
 */
export function candidatesOf(logits: Float32Array, best: number, sampling: Sampling): Candidates {
  const { temperature = 0, topK: most, topP = 1, minP = 0 } = sampling
  const highest = logits[best]!
  let tokens = most === undefined || most >= logits.length ? null : topK(logits, most)
  if (topP < 1) tokens = nucleus(logits, highest, tokens, topP)
  if (minP > 0) {
    const lowest = highest + Math.log(minP)
    tokens = tokens === null ? above(logits, lowest) : tokens.filter(token => logits[token]! >= lowest)
  }
  // Ascending, so that a draw does not depend on how they were found: all of them are so already.
  return weighted(logits, highest, tokens?.sort() ?? above(logits, -Number.MAX_VALUE), temperature)
}

function nucleus(logits: Float32Array, highest: number, tokens: Int32Array | null, share: number): Int32Array {
  const weight = (token: number) => Math.exp(logits[token]! - highest)
  const all = tokens === null ? Math.exp(logSum(logits, highest) - highest) : sumOf(tokens, weight)
  return topMass(logits, tokens, weight, share * all)
}

function sumOf(tokens: Int32Array, weight: (token: number) => number): number {
  let sum = 0
  for (const token of tokens) sum += weight(token)
  return sum
}

function weighted(logits: Float32Array, highest: number, tokens: Int32Array, temperature: number): Candidates {
  const weights = new Float64Array(tokens.length)
  let total = 0
  for (let i = 0; i < tokens.length; i++) {
    weights[i] = Math.exp((logits[tokens[i]!]! - highest) / temperature)
    total += weights[i]!
  }
  return { tokens, weights, total }
}

/** The token at `share` (0 to 1) of the total weight. */
export function draw({ tokens, weights, total }: Candidates, share: number): number {
  let left = share * total
  for (let i = 0; i < tokens.length; i++) {
    left -= weights[i]!
    if (left < 0) return tokens[i]!
  }
  // Rounding may leave a last bit: the last token that has any weight is meant.
  return tokens[weights.findLastIndex(weight => weight > 0)]!
}
