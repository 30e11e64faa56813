/** What a tiny model of one architecture has that the llama family has not. */
import type { MetadataValue, Tensor } from '../gguf-writer.ts'

export interface Shape {
  readonly width: number
  readonly layers: number
  readonly heads: number
  /** Heads of keys and values. */
  readonly groups: number
  readonly feedForward: number
}

/** Makes random tensors, in the order in which they are asked for. */
export interface Maker {
  readonly shape: Shape
  /** Row-major `outputs` × `inputs`; standard deviation `gain`/√inputs. */
  matrix(name: string, inputs: number, outputs: number, gain?: number): Tensor
  /** `count` such matrices in one tensor. */
  matrices(name: string, inputs: number, outputs: number, count: number, gain?: number): Tensor
  /** Around `mean`, 1 by default. */
  scales(name: string, length: number, mean?: number): Tensor
  /** Around 0. */
  biases(name: string, length: number): Tensor
}

export interface TinyFamily {
  readonly architecture: string
  /** Values of one head; default width / heads. */
  readonly headSize?: number
  /** Keys after `architecture.`, beside those that every family has; they win. */
  metadata(shape: Shape): Record<string, MetadataValue>
  /** Tensors of one block, all but the names' `blk.N.`. */
  block(make: Maker, layer: number): Tensor[]
  /** Default `output_norm.weight`. */
  readonly outputNorm?: string
  /** Whether the output matrix is the embedding, where the family leaves no choice. */
  readonly output?: 'tied' | 'untied'
  /** The model multiplies its embedding by √width. */
  readonly embedding?: 'scaled'
}

/** Query, key and value matrices and the output's, as most families have them. */
export function attention(make: Maker, headSize = make.shape.width / make.shape.heads): Tensor[] {
  const { width, heads, groups } = make.shape
  return [
    make.matrix('attn_q.weight', width, heads * headSize, 1.5),
    make.matrix('attn_k.weight', width, groups * headSize, 1.5),
    make.matrix('attn_v.weight', width, groups * headSize),
    make.matrix('attn_output.weight', heads * headSize, width),
  ]
}

/** The gated feed-forward part. */
export function gated(make: Maker, gateGain = 1.5): Tensor[] {
  const { width, feedForward } = make.shape
  return [
    make.matrix('ffn_gate.weight', width, feedForward, gateGain),
    make.matrix('ffn_up.weight', width, feedForward, 1.5),
    make.matrix('ffn_down.weight', feedForward, width),
  ]
}
