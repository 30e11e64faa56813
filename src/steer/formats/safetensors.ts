/**
 * The safetensors container: an 8-byte little-endian header length, a JSON header with dtype, shape and offsets of each
 * tensor and string metadata, then the data. Only F32 is needed here.
 * Source: the format's specification, https://github.com/huggingface/safetensors#format
 */
import { z } from 'zod'
import { PlimsollError } from '../../errors.ts'

export interface Tensor {
  readonly shape: readonly number[]
  readonly values: Float32Array
}

export interface Safetensors {
  readonly tensors: ReadonlyMap<string, Tensor>
  readonly metadata: Readonly<Record<string, string>>
}

/** A header larger than this is refused before it is read: the specification's own limit. */
const longestHeader = 100_000_000

const Entry = z.strictObject({
  dtype: z.string(),
  shape: z.array(z.int().min(0)),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
})
const Header = z.record(z.string(), z.union([Entry, z.record(z.string(), z.string())]))

export function writeSafetensors({ tensors, metadata }: Safetensors): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata }
  let offset = 0
  for (const [name, tensor] of tensors) {
    const bytes = tensor.values.length * 4
    header[name] = { dtype: 'F32', shape: tensor.shape, data_offsets: [offset, offset + bytes] }
    offset += bytes
  }
  // Data begins at a multiple of 8; the specification pads the header with spaces.
  const json = JSON.stringify(header)
  const text = new TextEncoder().encode(json + ' '.repeat((8 - (new TextEncoder().encode(json).length % 8)) % 8))
  const file = new Uint8Array(8 + text.length + offset)
  const view = new DataView(file.buffer)
  view.setBigUint64(0, BigInt(text.length), true)
  file.set(text, 8)
  let at = 8 + text.length
  for (const tensor of tensors.values()) {
    for (const value of tensor.values) {
      view.setFloat32(at, value, true)
      at += 4
    }
  }
  return file
}

/** @throws PlimsollError `invalid-input` for anything that is not a complete file of F32 tensors */
export function readSafetensors(file: Uint8Array, where?: string): Safetensors {
  const refuse = (found: string, cause?: unknown): never => {
    throw new PlimsollError('invalid-input', 'The file is not a complete safetensors file', {
      found,
      expected: 'a header length, a JSON header and the tensors it names, all F32',
      where,
      fix: 'Copy or download the file again.',
      cause,
    })
  }
  if (file.length < 8) return refuse(`${file.length} bytes`)
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const length = Number(view.getBigUint64(0, true))
  if (length > longestHeader || 8 + length > file.length) return refuse(`a header of ${length} bytes in ${file.length}`)
  const parsed = Header.safeParse(parseJson(file.subarray(8, 8 + length), refuse))
  if (!parsed.success) return refuse(z.prettifyError(parsed.error))
  const start = 8 + length
  const tensors = new Map<string, Tensor>()
  let metadata: Record<string, string> = {}
  for (const [name, entry] of Object.entries(parsed.data)) {
    if (!isEntry(entry)) {
      if (name === '__metadata__') metadata = entry
      else refuse(`tensor ${name} without a dtype`)
      continue
    }
    const [from, to] = entry.data_offsets
    const count = entry.shape.reduce((product, size) => product * size, 1)
    if (entry.dtype !== 'F32') refuse(`tensor ${name} of type ${entry.dtype}`)
    if (to - from !== count * 4 || start + to > file.length) refuse(`tensor ${name} at ${from} to ${to}`)
    const values = new Float32Array(count)
    for (let i = 0; i < count; i++) values[i] = view.getFloat32(start + from + 4 * i, true)
    tensors.set(name, { shape: entry.shape, values })
  }
  return { tensors, metadata }
}

function isEntry(entry: z.infer<typeof Entry> | Record<string, string>): entry is z.infer<typeof Entry> {
  return 'data_offsets' in entry && Array.isArray(entry.data_offsets)
}

function parseJson(bytes: Uint8Array, refuse: (found: string, cause?: unknown) => never): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    return refuse('a header that is not JSON', cause)
  }
}
