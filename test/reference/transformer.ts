/**
 * The llama architecture, one token at a time, in double precision: the oracle of every capture and edit.
 *
 * x ← embedding[token]; per block x ← x + attention(norm(x)), x ← x + mlp(norm(x)); logits = output · norm(x).
 * Touvron et al. 2023 (arXiv 2302.13971); grouped queries: Ainslie et al. 2023 (arXiv 2305.13245);
 * rotary positions: Su et al. 2021 (arXiv 2104.09864), rotating the pairs (2i, 2i+1).
 */
import { EMBEDDING } from '../../src/engine/select.ts'
import type { Block, Matrix, Weights } from './weights.ts'

/** Called with the residual state of every layer of every token; −1 is the embedding. May change it in place. */
export type AtLayer = (layer: number, position: number, state: Float64Array) => void

/** One sequence: keys and values of the tokens seen so far. */
export class Sequence {
  readonly #weights: Weights
  readonly #atLayer: AtLayer
  /** [layer][position] */
  readonly #keys: Float64Array[][]
  readonly #values: Float64Array[][]
  #length = 0

  constructor(weights: Weights, atLayer: AtLayer = () => {}) {
    this.#weights = weights
    this.#atLayer = atLayer
    this.#keys = weights.blocks.map(() => [])
    this.#values = weights.blocks.map(() => [])
  }

  get length(): number {
    return this.#length
  }

  /** Reads one token and returns the logits of the next. */
  append(token: number): Float64Array {
    const weights = this.#weights
    const position = this.#length++
    const { width } = weights
    const state = weights.embedding.values.slice(token * width, (token + 1) * width)
    this.#atLayer(EMBEDDING, position, state)
    for (const [layer, block] of weights.blocks.entries()) {
      addTo(state, this.#attention(layer, block, norm(state, block.attentionNorm, weights.epsilon), position))
      addTo(state, mlp(block, norm(state, block.mlpNorm, weights.epsilon)))
      this.#atLayer(layer, position, state)
    }
    return multiply(weights.output, norm(state, weights.outputNorm, weights.epsilon))
  }

  #attention(layer: number, block: Block, input: Float64Array, position: number): Float64Array {
    const { width, heads, groups, ropeBase } = this.#weights
    const size = width / heads
    const query = rotate(multiply(block.query, input), size, position, ropeBase)
    const keys = this.#keys[layer]!
    const values = this.#values[layer]!
    keys.push(rotate(multiply(block.key, input), size, position, ropeBase))
    values.push(multiply(block.value, input))
    const mixed = new Float64Array(width)
    for (let head = 0; head < heads; head++) {
      const group = Math.floor(head / (heads / groups))
      const scores = keys.map(key => dot(query, head * size, key, group * size, size) / Math.sqrt(size))
      for (const [at, weight] of softmax(scores).entries()) {
        for (let i = 0; i < size; i++) mixed[head * size + i]! += weight * values[at]![group * size + i]!
      }
    }
    return multiply(block.attentionOutput, mixed)
  }
}

/** Logits at every position of a text. */
export function forward(weights: Weights, tokens: readonly number[], atLayer?: AtLayer): Float64Array[] {
  const sequence = new Sequence(weights, atLayer)
  return tokens.map(token => sequence.append(token))
}

/** log softmax(logits) */
export function logProbabilities(logits: Float64Array): Float64Array {
  const top = logits.reduce((a, b) => Math.max(a, b))
  const logSum = top + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - top), 0))
  return logits.map(logit => logit - logSum)
}

/** The lowest index of the largest value. */
export function argmax(values: Float64Array): number {
  return values.reduce((best, value, i) => (value > values[best]! ? i : best), 0)
}

function norm(state: Float64Array, scale: Float64Array, epsilon: number): Float64Array {
  const meanSquare = state.reduce((sum, value) => sum + value * value, 0) / state.length
  return state.map((value, i) => (value / Math.sqrt(meanSquare + epsilon)) * scale[i]!)
}

/** SwiGLU: down · (silu(gate · x) ⊙ (up · x)), Shazeer 2020 (arXiv 2002.05202). */
function mlp(block: Block, input: Float64Array): Float64Array {
  const up = multiply(block.up, input)
  const hidden = multiply(block.gate, input).map((gate, i) => (gate / (1 + Math.exp(-gate))) * up[i]!)
  return multiply(block.down, hidden)
}

/** Turns each pair (2i, 2i+1) of each head by position · base^(−2i/size). */
function rotate(vector: Float64Array, size: number, position: number, base: number): Float64Array {
  const rotated = new Float64Array(vector.length)
  for (let i = 0; i < vector.length; i += 2) {
    const angle = position * base ** -((i % size) / size)
    const [x, y] = [vector[i]!, vector[i + 1]!]
    rotated[i] = x * Math.cos(angle) - y * Math.sin(angle)
    rotated[i + 1] = x * Math.sin(angle) + y * Math.cos(angle)
  }
  return rotated
}

function softmax(scores: readonly number[]): number[] {
  const top = Math.max(...scores)
  const exponentials = scores.map(score => Math.exp(score - top))
  const sum = exponentials.reduce((a, b) => a + b, 0)
  return exponentials.map(exponential => exponential / sum)
}

function multiply({ rows, columns, values }: Matrix, input: Float64Array): Float64Array {
  const output = new Float64Array(rows)
  for (let row = 0; row < rows; row++) output[row] = dot(values, row * columns, input, 0, columns)
  return output
}

function dot(a: Float64Array, aStart: number, b: Float64Array, bStart: number, length: number): number {
  let sum = 0
  for (let i = 0; i < length; i++) sum += a[aStart + i]! * b[bStart + i]!
  return sum
}

function addTo(state: Float64Array, change: Float64Array): void {
  for (let i = 0; i < state.length; i++) state[i]! += change[i]!
}
