/** Small GGUF files of F32 tensors, as llama.cpp reads control vectors from. Format: version 3, little-endian. */

/** ggml's and GGUF's numbers of the types that are written. */
const UINT32 = 4
const STRING = 8
const F32 = 0
const VERSION = 3
/** GGUF's default: header and tensors begin at multiples of so many bytes. */
const ALIGNMENT = 32

export interface GgufFile {
  readonly metadata: Readonly<Record<string, string | number>>
  /** One-dimensional, by name. */
  readonly tensors: ReadonlyMap<string, Float32Array>
}

/** Numbers of the metadata are written as 32-bit unsigned ones. */
export function gguf({ metadata, tensors }: GgufFile): Uint8Array {
  const fields = Object.entries(metadata)
  const head: Uint8Array[] = [bytes('GGUF'), u32(VERSION), u64(tensors.size), u64(fields.length)]
  for (const [key, value] of fields) {
    head.push(text(key))
    if (typeof value === 'string') head.push(u32(STRING), text(value))
    else head.push(u32(UINT32), u32(value))
  }
  const body: Uint8Array[] = []
  let offset = 0
  for (const [name, values] of tensors) {
    head.push(text(name), u32(1), u64(values.length), u32(F32), u64(offset))
    const padded = new Uint8Array(aligned(4 * values.length))
    const view = new DataView(padded.buffer)
    for (const [i, value] of values.entries()) view.setFloat32(4 * i, value, true)
    body.push(padded)
    offset += padded.length
  }
  const header = Buffer.concat(head)
  return Buffer.concat([header, new Uint8Array(aligned(header.length) - header.length), ...body])
}

const aligned = (length: number) => Math.ceil(length / ALIGNMENT) * ALIGNMENT
const bytes = (string: string) => new TextEncoder().encode(string)

function text(string: string): Uint8Array {
  const encoded = bytes(string)
  return Buffer.concat([u64(encoded.length), encoded])
}

function u32(value: number): Uint8Array {
  const buffer = Buffer.alloc(4)
  buffer.writeUInt32LE(value)
  return buffer
}

function u64(value: number): Uint8Array {
  const buffer = Buffer.alloc(8)
  buffer.writeBigUInt64LE(BigInt(value))
  return buffer
}
