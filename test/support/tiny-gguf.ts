/**
 * Tiny random models as GGUF files: a few blocks of F32 weights, a real byte-level tokenizer, and a
 * chat template, so that an engine can do with them all that it does with a real model, in milliseconds.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { byteCharacters } from './byte-characters.ts'
import { type FamilyName, families, type Maker, type Shape } from './families/index.ts'
import { type MetadataValue, type Tensor, writeGguf } from './gguf-writer.ts'
import { normal } from './random.ts'

export interface TinyOptions {
  /** Default `llama`. */
  readonly family?: FamilyName
  /** Default 1. */
  readonly seed?: number
  /** Default 48; a multiple of twice `heads`. */
  readonly width?: number
  /** Default 4. */
  readonly layers?: number
  /** Default 4. */
  readonly heads?: number
  /** Key/value heads; default 2; divides `heads`. */
  readonly groups?: number
  /** Width of the feed-forward part; default 96. */
  readonly feedForward?: number
  /** Default 256. */
  readonly contextLength?: number
  /** `tied`: the output matrix is the embedding. Default `untied`. */
  readonly output?: 'tied' | 'untied'
  /** Default `tags`; `no-system` refuses a system message; `none` leaves the chat template out. */
  readonly template?: 'tags' | 'no-system' | 'none'
  /** `likely`: greedy answers often end their turn; `never`: they run to the limit. Default `never`. */
  readonly endOfTurn?: 'likely' | 'never'
  /** `ascii`: answers are printable ASCII; `any`: single bytes too, so that answers are mostly no valid UTF-8. Default `ascii`. */
  readonly bytes?: 'ascii' | 'any'
  /** Changes what is written: how models that lie are made. */
  readonly change?: (parts: ModelParts) => void
}

export interface ModelParts {
  readonly metadata: Record<string, MetadataValue>
  tensors: Tensor[]
}

/** What every tiny model has at the end of its vocabulary. */
export const SPECIALS = ['<s>', '</s>', '<|system|>', '<|user|>', '<|assistant|>', '<|end|>'] as const

const MERGES = [
  'Ġ t',
  'h e',
  'Ġt he',
  'i n',
  'Ġ a',
  'e r',
  'o n',
  'r e',
  'in g',
  'a n',
  'an d',
  'Ġ s',
  'o u',
  'l l',
  'he ll',
  'Ġ w',
  'o r',
  'Ġw or',
  '1 2',
]
/** Every byte, then what the merges make. */
const PIECES = [...byteCharacters(), ...MERGES.map(merge => merge.replace(' ', ''))]
export const VOCABULARY = [...PIECES, ...SPECIALS]
const id = (special: (typeof SPECIALS)[number]) => PIECES.length + SPECIALS.indexOf(special)
export const TOKEN = {
  bos: id('<s>'),
  eos: id('</s>'),
  user: id('<|user|>'),
  assistant: id('<|assistant|>'),
  end: id('<|end|>'),
}

export const CHAT_TEMPLATE =
  "{{ bos_token }}{% for message in messages %}{{ '<|' + message.role + '|>\\n' + message.content + '<|end|>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>\\n' }}{% endif %}"

const templates = {
  tags: CHAT_TEMPLATE,
  'no-system': `{% if messages[0].role == 'system' %}{{ raise_exception('no system role') }}{% endif %}${CHAT_TEMPLATE}`,
}

const NORMAL = 1
const CONTROL = 3

/** Writes a model of about 300 kB (at the default size). */
export function writeTinyModel(file: string, options: TinyOptions = {}): void {
  const { seed = 1, width = 48, layers = 4, heads = 4, groups = 2, feedForward = 96, contextLength = 256 } = options
  const { template = 'tags' } = options
  const family = families[options.family ?? 'llama']
  const shape = { width, layers, heads, groups, feedForward }
  const headSize = family.headSize ?? width / heads
  const own: Record<string, MetadataValue> = {
    context_length: { u32: contextLength },
    embedding_length: { u32: width },
    block_count: { u32: layers },
    feed_forward_length: { u32: feedForward },
    'attention.head_count': { u32: heads },
    'attention.head_count_kv': { u32: groups },
    'attention.layer_norm_rms_epsilon': { f32: 1e-5 },
    ...(family.headSize !== undefined && {
      'attention.key_length': { u32: headSize },
      'attention.value_length': { u32: headSize },
    }),
    'rope.freq_base': { f32: 10_000 },
    'rope.dimension_count': { u32: headSize },
    vocab_size: { u32: VOCABULARY.length },
    ...family.metadata(shape),
  }
  const metadata: Record<string, MetadataValue> = {
    'general.architecture': { string: family.architecture },
    'general.name': { string: `tiny ${seed}` },
    'general.file_type': { u32: 0 },
    ...Object.fromEntries(Object.entries(own).map(([key, value]) => [`${family.architecture}.${key}`, value])),
    'tokenizer.ggml.model': { string: 'gpt2' },
    'tokenizer.ggml.pre': { string: 'gpt-2' },
    'tokenizer.ggml.tokens': { strings: VOCABULARY },
    'tokenizer.ggml.token_type': { i32s: VOCABULARY.map((_, token) => (token < PIECES.length ? NORMAL : CONTROL)) },
    'tokenizer.ggml.merges': { strings: MERGES },
    'tokenizer.ggml.bos_token_id': { u32: TOKEN.bos },
    'tokenizer.ggml.eos_token_id': { u32: TOKEN.eos },
    'tokenizer.ggml.eot_token_id': { u32: TOKEN.end },
    'tokenizer.ggml.add_bos_token': { bool: true },
    'tokenizer.ggml.add_eos_token': { bool: false },
    ...(template !== 'none' && { 'tokenizer.chat_template': { string: templates[template] } }),
  }

  const make = maker(shape, normal(seed))
  // A tied output matrix makes a token likely to follow itself: an embedding that is small in the stream prevents that.
  const [gain, outputGain] = family.embedding === 'scaled' ? [0.3, 10] : [Math.sqrt(width), 1]
  const embedding = make.matrix('token_embd.weight', width, VOCABULARY.length, gain)
  const tied = (family.output ?? options.output) === 'tied'
  const last = tied ? embedding : make.matrix('output.weight', width, VOCABULARY.length, 3)
  quieten(last.data, width, options)
  const blocks = Array.from({ length: layers }, (_, layer) =>
    family.block(make, layer).map(tensor => ({ ...tensor, name: `blk.${layer}.${tensor.name}` })),
  )
  const tensors = [
    embedding,
    ...blocks.flat(),
    make.scales(family.outputNorm ?? 'output_norm.weight', width, outputGain),
    ...(tied ? [] : [last]),
  ]
  const parts = { metadata, tensors }
  options.change?.(parts)
  writeGguf(file, parts.metadata, parts.tensors)
}

/** Standard deviation gain/√inputs keeps states near 1, so that no edit is lost in rounding and few logits are close. */
function maker(shape: Shape, next: () => number): Maker {
  const random = (length: number, spread: number, mean = 0) =>
    Float32Array.from({ length }, () => mean + spread * next())
  return {
    shape,
    matrix: (name, inputs, outputs, gain = 1) => ({
      name,
      shape: [inputs, outputs],
      data: random(inputs * outputs, gain / Math.sqrt(inputs)),
    }),
    matrices: (name, inputs, outputs, count, gain = 1) => ({
      name,
      shape: [inputs, outputs, count],
      data: random(inputs * outputs * count, gain / Math.sqrt(inputs)),
    }),
    scales: (name, length, mean = 1) => ({ name, shape: [length], data: random(length, 0.2 * mean, mean) }),
    biases: (name, length) => ({ name, shape: [length], data: random(length, 0.5) }),
  }
}

/** The rows of tokens that shall not be written become small: their logits stay near 0, below the largest of the others. */
function quieten(matrix: Float32Array, width: number, { endOfTurn = 'never', bytes = 'ascii' }: TinyOptions): void {
  const scale = (token: number): number => {
    if (token === TOKEN.end) return endOfTurn === 'likely' ? 1.5 : 0.05
    if (token >= PIECES.length) return 0.05
    return bytes === 'ascii' && token < 256 && (token < 32 || token > 126) ? 0.05 : 1
  }
  for (let token = 0; token < VOCABULARY.length; token++) {
    const by = scale(token)
    for (let i = token * width; i < (token + 1) * width; i++) matrix[i] = matrix[i]! * by
  }
}

/** A copy of a model that ends half-way. */
export function writeTruncated(file: string, model: string): void {
  const bytes = readFileSync(model)
  writeFileSync(file, bytes.subarray(0, Math.floor(bytes.length / 2)))
}

/** A file that is not a GGUF, whatever its name says. */
export function writeNotGguf(file: string): void {
  writeFileSync(file, 'A letter, not a model.\n'.repeat(100))
}
