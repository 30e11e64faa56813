/**
 * Writes GGUF version 3 files: a header, typed metadata, tensor descriptions, then the tensors, each aligned.
 * Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
import { writeFileSync } from 'node:fs'

const ALIGNMENT = 32
const VERSION = 3
const TYPE = { u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9 } as const
const GGML_F32 = 0

export type MetadataValue =
  | { readonly u32: number }
  | { readonly f32: number }
  | { readonly bool: boolean }
  | { readonly string: string }
  | { readonly strings: readonly string[] }
  | { readonly i32s: readonly number[] }
  | { readonly f32s: readonly number[] }

/** `shape` is in GGUF's order: the fastest-running dimension first. */
export interface Tensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly data: Float32Array
}

export function writeGguf(
  file: string,
  metadata: Readonly<Record<string, MetadataValue>>,
  tensors: readonly Tensor[],
): void {
  const parts: Buffer[] = [
    Buffer.from('GGUF'),
    u32(VERSION),
    u64(tensors.length),
    u64(Object.keys(metadata).length),
    ...Object.entries(metadata).flatMap(([key, value]) => [string(key), encode(value)]),
  ]
  let offset = 0
  for (const { name, shape, data } of tensors) {
    parts.push(string(name), u32(shape.length), ...shape.map(u64), u32(GGML_F32), u64(offset))
    offset = aligned(offset + data.byteLength)
  }
  const header = Buffer.concat(parts)
  const body = tensors.flatMap(({ data }) => pad(Buffer.from(data.buffer, data.byteOffset, data.byteLength)))
  writeFileSync(file, Buffer.concat([...pad(header), ...body]))
}

function encode(value: MetadataValue): Buffer {
  if ('u32' in value) return Buffer.concat([u32(TYPE.u32), u32(value.u32)])
  if ('f32' in value) return Buffer.concat([u32(TYPE.f32), Buffer.from(Float32Array.of(value.f32).buffer)])
  if ('bool' in value) return Buffer.concat([u32(TYPE.bool), Buffer.of(value.bool ? 1 : 0)])
  if ('string' in value) return Buffer.concat([u32(TYPE.string), string(value.string)])
  if ('strings' in value) return array(TYPE.string, value.strings.map(string))
  if ('f32s' in value) {
    return array(
      TYPE.f32,
      value.f32s.map(item => Buffer.from(Float32Array.of(item).buffer)),
    )
  }
  return array(
    TYPE.i32,
    value.i32s.map(item => Buffer.from(Int32Array.of(item).buffer)),
  )
}

function array(type: number, items: readonly Buffer[]): Buffer {
  return Buffer.concat([u32(TYPE.array), u32(type), u64(items.length), ...items])
}

function string(text: string): Buffer {
  const bytes = Buffer.from(text)
  return Buffer.concat([u64(bytes.length), bytes])
}

function u32(value: number): Buffer {
  const buffer = Buffer.alloc(4)
  buffer.writeUInt32LE(value)
  return buffer
}

function u64(value: number): Buffer {
  const buffer = Buffer.alloc(8)
  buffer.writeBigUInt64LE(BigInt(value))
  return buffer
}

const aligned = (length: number) => Math.ceil(length / ALIGNMENT) * ALIGNMENT
const pad = (buffer: Buffer) => [buffer, Buffer.alloc(aligned(buffer.length) - buffer.length)]
