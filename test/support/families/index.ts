/** Tiny models of every family that the engine is proved on. */
import { attention, gated, type TinyFamily } from './family.ts'

export type { Maker, Shape, TinyFamily } from './family.ts'

const llama: TinyFamily = {
  architecture: 'llama',
  metadata: () => ({}),
  block: make => [
    make.scales('attn_norm.weight', make.shape.width),
    ...attention(make),
    make.scales('ffn_norm.weight', make.shape.width),
    ...gated(make),
  ],
}

/** Biases of queries, keys and values. */
const qwen2: TinyFamily = {
  architecture: 'qwen2',
  metadata: () => ({}),
  block: make => {
    const { width, heads, groups } = make.shape
    return [
      ...llama.block(make, 0),
      make.biases('attn_q.bias', width),
      make.biases('attn_k.bias', (width / heads) * groups),
      make.biases('attn_v.bias', (width / heads) * groups),
    ]
  },
}

/** Norms of queries and keys; heads that are together wider than the stream. */
const qwen3: TinyFamily = {
  architecture: 'qwen3',
  headSize: 16,
  metadata: () => ({}),
  block: make => [
    make.scales('attn_norm.weight', make.shape.width),
    ...attention(make, 16),
    make.scales('attn_q_norm.weight', 16),
    make.scales('attn_k_norm.weight', 16),
    make.scales('ffn_norm.weight', make.shape.width),
    ...gated(make),
  ],
}

/** A scaled embedding, norms behind attention and feed-forward part, soft caps, every other layer with a window. */
const gemma2: TinyFamily = {
  architecture: 'gemma2',
  headSize: 16,
  metadata: () => ({
    'attention.sliding_window': { u32: 12 },
    attn_logit_softcapping: { f32: 4 },
    final_logit_softcapping: { f32: 9 },
  }),
  output: 'tied',
  embedding: 'scaled',
  block: make => {
    const { width } = make.shape
    return [
      make.scales('attn_norm.weight', width),
      ...attention(make, 16),
      make.scales('post_attention_norm.weight', width),
      make.scales('ffn_norm.weight', width),
      // GELU comes in half precision: its inputs are small, and so is its share of the stream.
      ...gated(make, 0.5),
      make.scales('post_ffw_norm.weight', width, 0.3),
    ]
  },
}

/** As gemma2, without caps, with norms of queries and keys, and another rotation where there is a window. */
const gemma3: TinyFamily = {
  architecture: 'gemma3',
  headSize: 16,
  metadata: () => ({
    'attention.sliding_window': { u32: 12 },
    'attention.sliding_window_pattern': { u32: 2 },
    'rope.freq_base_swa': { f32: 500 },
  }),
  output: 'tied',
  embedding: 'scaled',
  block: make => [
    ...gemma2.block(make, 0),
    make.scales('attn_q_norm.weight', 16),
    make.scales('attn_k_norm.weight', 16),
  ],
}

/** Queries, keys and values in one matrix, gate and up in another. */
const phi3: TinyFamily = {
  architecture: 'phi3',
  metadata: () => ({}),
  block: make => {
    const { width, heads, groups, feedForward } = make.shape
    return [
      make.scales('attn_norm.weight', width),
      make.matrix('attn_qkv.weight', width, width + 2 * (width / heads) * groups, 1.5),
      make.matrix('attn_output.weight', width, width),
      make.scales('ffn_norm.weight', width),
      make.matrix('ffn_up.weight', width, 2 * feedForward, 1.5),
      make.matrix('ffn_down.weight', feedForward, width),
    ]
  },
}

/** Norms behind attention and feed-forward part instead of before them; norms over all queries and all keys. */
const olmo2: TinyFamily = {
  architecture: 'olmo2',
  metadata: () => ({}),
  output: 'untied',
  block: make => {
    const { width, heads, groups } = make.shape
    return [
      ...attention(make),
      make.scales('attn_q_norm.weight', width),
      make.scales('attn_k_norm.weight', (width / heads) * groups),
      make.scales('post_attention_norm.weight', width),
      ...gated(make),
      make.scales('post_ffw_norm.weight', width),
    ]
  },
}

const experts = { count: 6, used: 2, width: 32 }

/** A mixture of experts, of which each token goes through two. */
const qwen3moe: TinyFamily = {
  architecture: 'qwen3moe',
  headSize: 16,
  metadata: () => ({
    expert_count: { u32: experts.count },
    expert_used_count: { u32: experts.used },
    expert_feed_forward_length: { u32: experts.width },
  }),
  block: make => {
    const { width } = make.shape
    return [
      make.scales('attn_norm.weight', width),
      ...attention(make, 16),
      make.scales('attn_q_norm.weight', 16),
      make.scales('attn_k_norm.weight', 16),
      make.scales('ffn_norm.weight', width),
      make.matrix('ffn_gate_inp.weight', width, experts.count, 2),
      make.matrices('ffn_gate_exps.weight', width, experts.width, experts.count, 1.5),
      make.matrices('ffn_up_exps.weight', width, experts.width, experts.count, 1.5),
      make.matrices('ffn_down_exps.weight', experts.width, width, experts.count),
    ]
  },
}

const convolution = 3

/** Short convolutions with a state of their own, and attention in every other layer. */
const lfm2: TinyFamily = {
  architecture: 'lfm2',
  metadata: ({ layers, groups }) => ({
    'attention.head_count_kv': { i32s: Array.from({ length: layers }, (_, layer) => (layer % 2 === 0 ? 0 : groups)) },
    'shortconv.l_cache': { u32: convolution },
  }),
  output: 'tied',
  outputNorm: 'token_embd_norm.weight',
  block: (make, layer) => {
    const { width, heads } = make.shape
    const mixer =
      layer % 2 === 0
        ? [
            make.matrix('shortconv.in_proj.weight', width, 3 * width, 1.2),
            make.matrix('shortconv.conv.weight', convolution, width, 1.5),
            make.matrix('shortconv.out_proj.weight', width, width),
          ]
        : [
            ...attention(make),
            make.scales('attn_q_norm.weight', width / heads),
            make.scales('attn_k_norm.weight', width / heads),
          ]
    return [make.scales('attn_norm.weight', width), ...mixer, make.scales('ffn_norm.weight', width), ...gated(make)]
  },
}

export const families = { llama, qwen2, qwen3, gemma2, gemma3, phi3, olmo2, qwen3moe, lfm2 } as const
export type FamilyName = keyof typeof families
export const familyNames: readonly FamilyName[] = [
  'llama',
  'qwen2',
  'qwen3',
  'gemma2',
  'gemma3',
  'phi3',
  'olmo2',
  'qwen3moe',
  'lfm2',
]
