/** A model of a known family in F32, read from a GGUF file. */
import { readFile, stat } from 'node:fs/promises'
import { GGMLQuantizationType, type GGUFTensorInfo, gguf } from '@huggingface/gguf'
import { z } from 'zod'
import { PlimsollError } from '../../src/errors.ts'
import { architectures, weightsOf } from './architectures.ts'
import type { Matrix, Weights } from './weights.ts'

export interface ModelFile {
  readonly weights: Weights
  readonly metadata: Metadata
  readonly parameters: number
  readonly bytes: Buffer
}

const Metadata = z.looseObject({
  'general.architecture': z.enum(architectures),
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
      'The reference transformer reads F32 models of a few families with a byte-level tokenizer.',
      { found: z.prettifyError(parsed.error), where: file },
    )
  }
  const all = new Map(tensorInfos.map(info => [info.name, info]))
  const tensor = (name: string): Matrix | null => {
    const info = all.get(name)
    return info === undefined ? null : readTensor(bytes, Number(tensorDataOffset), info, file)
  }
  return {
    weights: weightsOf(parsed.data['general.architecture'], metadata, tensor),
    metadata: parsed.data,
    parameters: tensorInfos.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * Number(b), 1), 0),
    bytes,
  }
}

/** A tensor of three dimensions is its matrices one below the other. */
function readTensor(bytes: Buffer, dataOffset: number, info: GGUFTensorInfo, where: string): Matrix {
  if (info.dtype !== GGMLQuantizationType.F32) {
    throw new PlimsollError('model-unsupported', `Tensor ${info.name} is not F32.`, { where })
  }
  const [columns = 0, ...others] = info.shape.map(Number)
  const rows = others.reduce((a, b) => a * b, 1)
  const start = dataOffset + Number(info.offset)
  const end = start + rows * columns * Float32Array.BYTES_PER_ELEMENT
  if (end > bytes.length) {
    throw new PlimsollError('model-invalid', 'The model file is cut short.', {
      found: `${bytes.length} bytes`,
      expected: `at least ${end} bytes`,
      where,
    })
  }
  const stored = new Float32Array(Uint8Array.from(bytes.subarray(start, end)).buffer)
  return { rows, columns, values: Float64Array.from(stored) }
}
