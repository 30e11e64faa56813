/**
 * A transformer, one token at a time, in double precision: the oracle of every capture and edit.
 *
 * x ← embedding[token]; per block x ← x + mixer(norm(x)), x ← x + mlp(norm(x)); logits = output · norm(x). Touvron et
 * al. 2023 (arXiv 2302.13971); grouped queries: Ainslie et al. 2023 (arXiv 2305.13245); rotary positions: Su et al. 2021
 * (arXiv 2104.09864); caps, windows and norms behind the parts: Gemma Team 2024 (arXiv 2408.00118); no norms before
 * them: OLMo Team 2024 (arXiv 2501.00656).
 */
import { EMBEDDING } from '../../src/engine/place.ts'
import type { Site } from '../../src/engine/where.ts'
import { multiply, norm, normEach, rotate, softmax } from './arithmetic.ts'
import { applyMlp } from './mlp.ts'
import type { Attention, Block, ShortConvolution, Weights } from './weights.ts'

/**
 * Called with the state of every site of every layer of every token, in the order in which they are computed; −1 is the
 * embedding's layer. May change it in place.
 */
export type AtPlace = (site: Site, layer: number, position: number, state: Float64Array) => void

export interface TransformerOptions {
  readonly atPlace?: AtPlace
  /** `table`: GELU looked up in half precision, as llama.cpp does on a CPU (default); `exact`: by its formula. */
  readonly gelu?: 'table' | 'exact'
}

/** One sequence: what the layers keep of the tokens seen so far. */
export class Sequence {
  readonly #weights: Weights
  readonly #atPlace: AtPlace
  readonly #gelu: 'table' | 'exact'
  /** [layer][position] */
  readonly #keys: Float64Array[][]
  readonly #values: Float64Array[][]
  /** Inputs of the convolutions. [layer][position] */
  readonly #inputs: Float64Array[][]
  #length = 0

  constructor(weights: Weights, { atPlace = () => {}, gelu = 'table' }: TransformerOptions = {}) {
    this.#weights = weights
    this.#atPlace = atPlace
    this.#gelu = gelu
    this.#keys = weights.blocks.map(() => [])
    this.#values = weights.blocks.map(() => [])
    this.#inputs = weights.blocks.map(() => [])
  }

  get length(): number {
    return this.#length
  }

  /** Reads one token and returns the logits of the next. */
  append(token: number): Float64Array {
    const { width, embedding, embeddingScale, blocks, outputNorm, output, epsilon, logitCap } = this.#weights
    const position = this.#length++
    const state = embedding.values.slice(token * width, (token + 1) * width).map(value => value * embeddingScale)
    this.#atPlace('embedding', EMBEDDING, position, state)
    for (const [layer, block] of blocks.entries()) {
      const at = (site: Site, values: Float64Array): Float64Array => {
        this.#atPlace(site, layer, position, values)
        return values
      }
      const normed = (scales: Float64Array | null, site: Site) =>
        scales === null ? state.slice() : at(site, norm(state, scales, epsilon))
      const behind = (scales: Float64Array | null, values: Float64Array) =>
        scales === null ? values : norm(values, scales, epsilon)
      const mixed = this.#mix(layer, block, normed(block.attentionNorm, 'attention-norm'), position, at)
      add(state, behind(block.attentionPostNorm, mixed))
      const { activation } = this.#weights
      const activated = activation === 'gelu' ? (`gelu-${this.#gelu}` as const) : activation
      const changed = at('mlp', applyMlp(block.mlp, normed(block.mlpNorm, 'mlp-norm'), activated))
      add(state, behind(block.mlpPostNorm, changed))
      at('residual', state)
    }
    return multiply(output, norm(state, outputNorm, epsilon)).map(logit => capped(logit, logitCap))
  }

  #mix(
    layer: number,
    { mixer }: Block,
    input: Float64Array,
    position: number,
    at: (site: Site, values: Float64Array) => Float64Array,
  ): Float64Array {
    if (mixer.kind === 'short-convolution') return this.#convolve(layer, mixer, input)
    const mixed = at('head', this.#attend(layer, mixer, input, position))
    return at('attention', multiply(mixer.output, mixed))
  }

  #attend(layer: number, mixer: Attention, input: Float64Array, position: number): Float64Array {
    const { heads, groups, headSize: size, epsilon, rotation, attentionCap } = this.#weights
    const turned = (vector: Float64Array, scales: Float64Array | null) =>
      rotate(scales === null ? vector : normEach(vector, scales, epsilon), size, position, mixer.ropeBase, rotation)
    const query = turned(multiply(mixer.query, input), mixer.queryNorm)
    const keys = this.#keys[layer]!
    const values = this.#values[layer]!
    keys.push(turned(multiply(mixer.key, input), mixer.keyNorm))
    values.push(multiply(mixer.value, input))
    const first = Math.max(0, position + 1 - mixer.window)
    const mixed = new Float64Array(heads * size)
    for (let head = 0; head < heads; head++) {
      const from = head * size
      const group = Math.floor(head / (heads / groups)) * size
      const scores = keys.slice(first).map(key => {
        let product = 0
        for (let i = 0; i < size; i++) product += query[from + i]! * key[group + i]!
        return capped(product / Math.sqrt(size), attentionCap)
      })
      for (const [i, weight] of softmax(scores).entries()) {
        const value = values[first + i]!
        for (let j = 0; j < size; j++) mixed[from + j]! += weight * value[group + j]!
      }
    }
    return mixed
  }

  #convolve(
    layer: number,
    { input: projection, kernels, output }: ShortConvolution,
    input: Float64Array,
  ): Float64Array {
    const { width } = this.#weights
    const projected = multiply(projection, input)
    const inputs = this.#inputs[layer]!
    inputs.push(Float64Array.from({ length: width }, (_, i) => projected[i]! * projected[2 * width + i]!))
    const { columns, values } = kernels
    const convolved = Float64Array.from({ length: width }, (_, i) => {
      let sum = 0
      for (let back = 0; back < columns; back++) {
        sum += values[i * columns + columns - 1 - back]! * (inputs.at(-1 - back)?.[i] ?? 0)
      }
      return sum * projected[width + i]!
    })
    return multiply(output, convolved)
  }
}

/** Logits at every position of a text. */
export function forward(weights: Weights, tokens: readonly number[], options?: TransformerOptions): Float64Array[] {
  const sequence = new Sequence(weights, options)
  return tokens.map(token => sequence.append(token))
}

function capped(value: number, cap: number | null): number {
  return cap === null ? value : cap * Math.tanh(value / cap)
}

function add(state: Float64Array, change: Float64Array): void {
  for (let i = 0; i < state.length; i++) state[i]! += change[i]!
}
