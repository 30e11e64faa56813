/**
 * What each architecture of GGUF files is made of. Most of it shows in the tensors that a file has: biases, norms,
 * matrices in one; the table holds what does not.
 */
import { PlimsollError } from '../../src/errors.ts'
import type { Attention, Block, Experts, Gated, Linear, Matrix, ShortConvolution, Weights } from './weights.ts'

interface Traits {
  readonly rotation?: Weights['rotation']
  readonly activation?: Weights['activation']
  readonly embedding?: 'scaled'
  /** Of so many layers in a row all but the last look back at a window only; the metadata may say another number. */
  readonly windowPattern?: number
  readonly outputNorm?: string
}

const traits = {
  llama: { rotation: 'neighbours' },
  qwen2: {},
  qwen3: {},
  gemma2: { activation: 'gelu', embedding: 'scaled', windowPattern: 2 },
  gemma3: { activation: 'gelu', embedding: 'scaled', windowPattern: 6 },
  phi3: {},
  olmo2: {},
  qwen3moe: {},
  lfm2: { outputNorm: 'token_embd_norm.weight' },
} as const satisfies Record<string, Traits>

export type Architecture = keyof typeof traits
export const architectures = Object.keys(traits) as [Architecture, ...Architecture[]]

type Tensors = (name: string) => Matrix | null

/** @throws PlimsollError `model-invalid` for a tensor that is not there */
export function weightsOf(architecture: Architecture, metadata: object, tensors: Tensors): Weights {
  const own: Traits = traits[architecture]
  const all = new Map<string, unknown>(Object.entries(metadata))
  const value = (key: string) => all.get(`${architecture}.${key}`)
  const optional = (key: string): number | null => {
    const found = value(key)
    return typeof found === 'number' ? found : null
  }
  const number = (key: string): number => {
    const found = optional(key)
    if (found === null) throw new PlimsollError('model-invalid', `The model does not say ${architecture}.${key}.`)
    return found
  }
  const width = number('embedding_length')
  const heads = number('attention.head_count')
  const perLayer = value('attention.head_count_kv')
  const ropeBase = number('rope.freq_base')
  const pattern = optional('attention.sliding_window_pattern') ?? own.windowPattern
  const window = optional('attention.sliding_window')
  const needed = (name: string): Matrix => {
    const found = tensors(name)
    if (found === null) throw new PlimsollError('model-invalid', `The model has no tensor ${name}.`)
    return found
  }
  const embedding = needed('token_embd.weight')
  const shared = {
    groups: Array.isArray(perLayer) ? Math.max(...perLayer.map(Number)) : Number(perLayer ?? heads),
    headSize: optional('attention.key_length') ?? width / heads,
    experts: { count: optional('expert_count') ?? 0, used: optional('expert_used_count') ?? 0 },
  }
  return {
    width,
    heads,
    groups: shared.groups,
    headSize: shared.headSize,
    epsilon: number('attention.layer_norm_rms_epsilon'),
    rotation: own.rotation ?? 'halves',
    activation: own.activation ?? 'silu',
    embeddingScale: own.embedding === 'scaled' ? Math.sqrt(width) : 1,
    attentionCap: optional('attn_logit_softcapping'),
    logitCap: optional('final_logit_softcapping'),
    contextLength: number('context_length'),
    embedding,
    blocks: Array.from({ length: number('block_count') }, (_, layer) => {
      const slides = window !== null && pattern !== undefined && layer % pattern < pattern - 1
      return blockOf((name: string) => tensors(`blk.${layer}.${name}`), {
        ...shared,
        heads,
        window: slides ? window : Number.POSITIVE_INFINITY,
        ropeBase: slides ? (optional('rope.freq_base_swa') ?? ropeBase) : ropeBase,
      })
    }),
    outputNorm: needed(own.outputNorm ?? 'output_norm.weight').values,
    output: tensors('output.weight') ?? embedding,
  }
}

interface BlockShape extends Pick<Attention, 'window' | 'ropeBase'> {
  readonly heads: number
  readonly groups: number
  readonly headSize: number
  readonly experts: { readonly count: number; readonly used: number }
}

function blockOf(tensors: Tensors, shape: BlockShape): Block {
  const vector = (name: string) => tensors(name)?.values ?? null
  const mixer = attentionOf(tensors, shape) ?? shortConvolutionOf(tensors)
  const mlp = gatedOf(tensors) ?? expertsOf(tensors, shape.experts)
  if (mixer === null || mlp === null) throw new PlimsollError('model-invalid', 'A block of the model lacks a part.')
  return {
    attentionNorm: vector('attn_norm.weight'),
    mixer,
    attentionPostNorm: vector('post_attention_norm.weight'),
    mlpNorm: vector('ffn_norm.weight'),
    mlp,
    mlpPostNorm: vector('post_ffw_norm.weight'),
  }
}

function attentionOf(tensors: Tensors, { heads, groups, headSize, window, ropeBase }: BlockShape): Attention | null {
  const linear = (name: string): Linear | null => {
    const matrix = tensors(`${name}.weight`)
    return matrix && { ...matrix, bias: tensors(`${name}.bias`)?.values ?? null }
  }
  const output = linear('attn_output')
  const fused = tensors('attn_qkv.weight')
  const [queries, keys] = [heads * headSize, groups * headSize]
  const part = (from: number, count: number): Linear | null => fused && { ...rows(fused, from, count), bias: null }
  const query = linear('attn_q') ?? part(0, queries)
  const key = linear('attn_k') ?? part(queries, keys)
  const value = linear('attn_v') ?? part(queries + keys, keys)
  if (output === null || query === null || key === null || value === null) return null
  const queryNorm = tensors('attn_q_norm.weight')?.values ?? null
  const keyNorm = tensors('attn_k_norm.weight')?.values ?? null
  return { kind: 'attention', query, key, value, queryNorm, keyNorm, output, window, ropeBase }
}

function shortConvolutionOf(tensors: Tensors): ShortConvolution | null {
  const input = tensors('shortconv.in_proj.weight')
  const kernels = tensors('shortconv.conv.weight')
  const output = tensors('shortconv.out_proj.weight')
  return input && kernels && output && { kind: 'short-convolution', input, kernels, output }
}

/** Gate and up may be one matrix, gate first. */
function gatedOf(tensors: Tensors): Gated | null {
  const up = tensors('ffn_up.weight')
  const down = tensors('ffn_down.weight')
  if (up === null || down === null) return null
  const gate = tensors('ffn_gate.weight')
  if (gate !== null) return { kind: 'gated', gate, up, down }
  const half = up.rows / 2
  return { kind: 'gated', gate: rows(up, 0, half), up: rows(up, half, half), down }
}

function expertsOf(tensors: Tensors, { count, used }: BlockShape['experts']): Experts | null {
  const [gates, ups, downs] = ['gate', 'up', 'down'].map(name => tensors(`ffn_${name}_exps.weight`))
  const router = tensors('ffn_gate_inp.weight')
  if (!router || !gates || !ups || !downs) return null
  const one = (all: Matrix, i: number) => rows(all, (i * all.rows) / count, all.rows / count)
  return {
    kind: 'experts',
    router,
    experts: Array.from({ length: count }, (_, i) => ({
      kind: 'gated',
      gate: one(gates, i),
      up: one(ups, i),
      down: one(downs, i),
    })),
    used,
  }
}

function rows({ columns, values }: Matrix, from: number, count: number): Matrix {
  return { rows: count, columns, values: values.subarray(from * columns, (from + count) * columns) }
}
