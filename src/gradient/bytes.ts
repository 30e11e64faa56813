/** What a tail takes in memory, from shapes alone: the weights above its layer, and the graph of the largest step. */
import { tensorTypes } from '../native/ggml.ts'
import { architectureOf } from './architecture.ts'
import type { TailSource, TensorPlace } from './source.ts'
import { rowsAtOnce } from './tape.ts'
import { placesAbove } from './weights.ts'

/** What decides how much a step takes. */
export interface StepSize {
  /** Tokens that go through the tail at once. */
  readonly tokens: number
  /** Of the longest sequence among them. */
  readonly longest: number
  readonly targets: number
}

const float = 4
/** The allocator leaves gaps, and holds what an operator reads and writes side by side. */
const gaps = 1.15

/**
 * Bytes of weights, and of the largest graph forward and back, somewhat generous.
 * @param layer whose states go in; −1 for the input of the first block
 * @param copied whether a weight takes memory of its own
 * @throws PlimsollError `model-unsupported`
 */
export function tailBytes(
  source: TailSource,
  layer: number,
  { tokens, longest, targets }: StepSize,
  copied: (name: string) => boolean = () => true,
): { readonly weights: number; readonly step: number; readonly width: number } {
  const { layers, width, heads, groups, headSize, activation, attentionCap, logitCap } = architectureOf(source)
  const places = placesAbove(source.tensors, layer)
  const rows = (part: string) => Math.max(0, ...places.filter(({ name }) => name.endsWith(part)).map(rowsOf))
  const feedForward = rows('ffn_up.weight')
  const vocabulary = rows('output.weight') || rows('token_embd.weight')
  const has = (part: string) => places.some(({ name }) => name.endsWith(part))
  const norms = has('post_ffw_norm.weight') ? 4 : 2
  const turned = headSize * (heads + groups)
  // What the way back reads again of each token in a block: inputs of norms; queries, keys, values, and the inputs of
  // their norms; the gate, and what it is multiplied with; the shares of every head, once more if capped.
  const kept =
    norms * width +
    (has('attn_q_norm.weight') ? 2 : 1) * turned +
    headSize * groups +
    2 * feedForward +
    heads * longest * (attentionCap === null ? 1 : 2)
  // And what it holds beside that while it goes through one block.
  const passing = 4 * width + (activation === 'gelu' ? 6 : 3) * feedForward + 3 * heads * longest + turned
  const blocks = tokens * ((layers - 1 - layer) * kept + passing)
  // Logits and their softmax, and what a cap adds.
  const logits = targets * vocabulary * (logitCap === null ? 2 : 5)
  const unpacked = Math.max(
    0,
    ...places.map(place => {
      const [columns = 1] = place.shape
      return Math.min(rowsOf(place), rowsAtOnce(columns)) * columns * turnedBytes(place)
    }),
  )
  return {
    weights: places.reduce((sum, { name, bytes }) => sum + (copied(name) ? bytes : 0), 0),
    width,
    step: Math.ceil(gaps * (float * (blocks + logits) + unpacked)),
  }
}

/** Bytes of a value while its weight is brought to F32 and turned. */
function turnedBytes({ type }: TensorPlace): number {
  return type === tensorTypes.f32 ? float : 2 * float
}

function rowsOf({ shape }: TensorPlace): number {
  return shape[1] ?? 1
}
