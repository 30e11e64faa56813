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

/** @throws PlimsollError `invalid-input` for a name that no file can hold, or a shape of another size than the values */
export function writeSafetensors({ tensors, metadata }: Safetensors): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata }
  let offset = 0
  for (const [name, tensor] of tensors) {
    if (reserved.has(name) || sizeOf(tensor.shape) !== tensor.values.length) {
      throw new PlimsollError('invalid-input', 'The tensor cannot be written', {
        found: `${name} of shape ${tensor.shape.join(' × ')} with ${tensor.values.length} values`,
        expected: `a name other than ${[...reserved].join(' and ')}, and as many values as the shape has`,
        fix: 'Name or shape the tensor differently.',
      })
    }
    const bytes = tensor.values.byteLength
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
  for (const { values } of tensors.values()) {
    // Bytes, not numbers, so that every bit is kept; both the format and the platforms are little-endian.
    file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at)
    at += values.byteLength
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
  const ranges: (readonly [number, number])[] = []
  let metadata: Record<string, string> = {}
  for (const [name, entry] of Object.entries(parsed.data)) {
    if (!isEntry(entry)) {
      if (name === '__metadata__') metadata = entry
      else refuse(`tensor ${name} without a dtype`)
      continue
    }
    const [from, to] = entry.data_offsets
    if (entry.dtype !== 'F32') refuse(`tensor ${name} of type ${entry.dtype}`)
    if (to - from !== sizeOf(entry.shape) * 4 || start + to > file.length) refuse(`tensor ${name} at ${from} to ${to}`)
    const bytes = new Uint8Array(file.subarray(start + from, start + to))
    tensors.set(name, { shape: entry.shape, values: new Float32Array(bytes.buffer) })
    ranges.push(entry.data_offsets)
  }
  // The specification allows neither holes nor shared bytes; a tensor that went missing from the header leaves a hole.
  let end = 0
  for (const [from, to] of ranges.sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    if (from !== end) refuse(`${from > end ? 'unused' : 'shared'} bytes at ${Math.min(from, end)}`)
    end = to
  }
  if (start + end !== file.length) refuse(`${file.length - start - end} bytes after the last tensor`)
  return { tensors, metadata }
}

/** Keys of the header that are no tensor's: the metadata, and the one that JavaScript objects do not hold. */
const reserved: ReadonlySet<string> = new Set(['__metadata__', '__proto__'])

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
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
