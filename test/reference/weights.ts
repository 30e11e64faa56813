/** The weights of a llama-family model in F32, read from a GGUF file. */
import { readFile, stat } from 'node:fs/promises'
import { GGMLQuantizationType, gguf } from '@huggingface/gguf'
import { z } from 'zod'
import { PlimsollError } from '../../src/errors.ts'

/** Row-major: `rows` outputs, each a dot product with `columns` inputs. */
export interface Matrix {
  readonly rows: number
  readonly columns: number
  readonly values: Float64Array
}

export interface Block {
  readonly attentionNorm: Float64Array
  readonly query: Matrix
  readonly key: Matrix
  readonly value: Matrix
  readonly attentionOutput: Matrix
  readonly mlpNorm: Float64Array
  readonly gate: Matrix
  readonly up: Matrix
  readonly down: Matrix
}

export interface Weights {
  readonly width: number
  readonly heads: number
  /** Heads of keys and values: each serves heads / groups query heads. */
  readonly groups: number
  readonly epsilon: number
  readonly ropeBase: number
  readonly contextLength: number
  readonly embedding: Matrix
  readonly blocks: readonly Block[]
  readonly outputNorm: Float64Array
  /** The embedding itself where the model ties them. */
  readonly output: Matrix
}

export interface ModelFile {
  readonly weights: Weights
  readonly metadata: Metadata
  readonly parameters: number
  readonly bytes: Buffer
}

const Metadata = z.object({
  'general.architecture': z.literal('llama'),
  'llama.context_length': z.int(),
  'llama.embedding_length': z.int(),
  'llama.block_count': z.int(),
  'llama.attention.head_count': z.int(),
  'llama.attention.head_count_kv': z.int(),
  'llama.attention.layer_norm_rms_epsilon': z.number(),
  'llama.rope.freq_base': z.number(),
  'tokenizer.ggml.model': z.literal('gpt2'),
  'tokenizer.ggml.pre': z.literal('gpt-2'),
  'tokenizer.ggml.tokens': z.array(z.string()),
  'tokenizer.ggml.token_type': z.array(z.int()),
  'tokenizer.ggml.merges': z.array(z.string()),
  'tokenizer.ggml.bos_token_id': z.int(),
  'tokenizer.ggml.eos_token_id': z.int(),
  'tokenizer.ggml.eot_token_id': z.int().optional(),
  'tokenizer.ggml.add_bos_token': z.boolean(),
  'tokenizer.chat_template': z.string().optional(),
})
export type Metadata = z.infer<typeof Metadata>

/** @throws PlimsollError `not-found`, `model-invalid`, `model-unsupported` */
export async function readModelFile(file: string): Promise<ModelFile> {
  if (!(await stat(file).catch(() => undefined))?.isFile()) {
    throw new PlimsollError('not-found', 'There is no such model file.', { found: file })
  }
  const bytes = await readFile(file)
  const { metadata, tensorInfos, tensorDataOffset } = await gguf(file, { allowLocalFile: true }).catch(cause => {
    throw new PlimsollError('model-invalid', 'The file is not a readable GGUF model.', { where: file, cause })
  })
  const parsed = Metadata.safeParse(metadata)
  if (!parsed.success) {
    throw new PlimsollError(
      'model-unsupported',
      'The reference transformer reads F32 llama models with a byte-level tokenizer.',
      {
        found: z.prettifyError(parsed.error),
        where: file,
      },
    )
  }
  const all = new Map(tensorInfos.map(info => [info.name, info]))

  function tensor(name: string): Matrix {
    const info = all.get(name)
    if (info === undefined)
      throw new PlimsollError('model-invalid', `The model has no tensor ${name}.`, { where: file })
    if (info.dtype !== GGMLQuantizationType.F32) {
      throw new PlimsollError('model-unsupported', `Tensor ${name} is not F32.`, { where: file })
    }
    const [columns, rows] = [Number(info.shape[0]), Number(info.shape[1] ?? 1)]
    const start = Number(tensorDataOffset) + Number(info.offset)
    const end = start + rows * columns * Float32Array.BYTES_PER_ELEMENT
    if (end > bytes.length) {
      throw new PlimsollError('model-invalid', 'The model file is cut short.', {
        found: `${bytes.length} bytes`,
        expected: `at least ${end} bytes`,
        where: file,
      })
    }
    const stored = new Float32Array(Uint8Array.from(bytes.subarray(start, end)).buffer)
    return { rows, columns, values: Float64Array.from(stored) }
  }

  const block = (layer: number): Block => ({
    attentionNorm: tensor(`blk.${layer}.attn_norm.weight`).values,
    query: tensor(`blk.${layer}.attn_q.weight`),
    key: tensor(`blk.${layer}.attn_k.weight`),
    value: tensor(`blk.${layer}.attn_v.weight`),
    attentionOutput: tensor(`blk.${layer}.attn_output.weight`),
    mlpNorm: tensor(`blk.${layer}.ffn_norm.weight`).values,
    gate: tensor(`blk.${layer}.ffn_gate.weight`),
    up: tensor(`blk.${layer}.ffn_up.weight`),
    down: tensor(`blk.${layer}.ffn_down.weight`),
  })
  const embedding = tensor('token_embd.weight')
  const { data } = parsed
  return {
    weights: {
      width: data['llama.embedding_length'],
      heads: data['llama.attention.head_count'],
      groups: data['llama.attention.head_count_kv'],
      epsilon: data['llama.attention.layer_norm_rms_epsilon'],
      ropeBase: data['llama.rope.freq_base'],
      contextLength: data['llama.context_length'],
      embedding,
      blocks: Array.from({ length: data['llama.block_count'] }, (_, layer) => block(layer)),
      outputNorm: tensor('output_norm.weight').values,
      output: all.has('output.weight') ? tensor('output.weight') : embedding,
    },
    metadata: data,
    parameters: tensorInfos.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * Number(b), 1), 0),
    bytes,
  }
}
