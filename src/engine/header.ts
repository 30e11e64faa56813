/**
 * The header of a GGUF file: what the model is and where its tensors lie. Every size in it is checked against the file
 * before anything is taken on its word, so a header that lies costs milliseconds and a megabyte.
 * Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
import { type FileHandle, open } from 'node:fs/promises'
import { PlimsollError } from '../errors.ts'
import { HeaderCursor } from './header-cursor.ts'

/** Of a long array only its length is kept. */
export type MetadataValue = number | boolean | string | readonly number[] | { readonly length: number }

export interface TensorEntry {
  readonly name: string
  /** Fastest-running dimension first. */
  readonly shape: readonly number[]
  /** ggml's number of the type. */
  readonly type: number
  /** First byte in the file. */
  readonly start: number
  readonly bytes: number
}

export interface Header {
  readonly file: string
  /** Bytes of the file. */
  readonly size: number
  readonly architecture: string
  readonly metadata: ReadonlyMap<string, MetadataValue>
  readonly tensors: readonly TensorEntry[]
}

const magic = 'GGUF'
const versions = [2, 3]
const mostEntries = 100_000
const mostStrings = 10_000_000
const longestKey = 65_535
/** Numbers for each layer are kept, vocabularies are not. */
const longestKept = 4096
const defaultAlignment = 32
const mostDimensions = 4

/** ggml's types: values in a block, bytes of a block. Types that llama.cpp no longer reads are left out. */
const types: ReadonlyMap<number, readonly [values: number, bytes: number]> = new Map([
  ...blocks(1, { 0: 4, 1: 2, 24: 1, 25: 2, 26: 4, 27: 8, 28: 8, 30: 2 }),
  ...blocks(32, { 2: 18, 3: 20, 6: 22, 7: 24, 8: 34, 9: 36, 20: 18, 39: 17 }),
  ...blocks(64, { 40: 36, 42: 18 }),
  ...blocks(128, { 41: 18 }),
  ...blocks(256, { 10: 84, 11: 110, 12: 144, 13: 176, 14: 210, 15: 292, 16: 66, 17: 74, 18: 98, 19: 50 }),
  ...blocks(256, { 21: 110, 22: 82, 23: 136, 29: 56, 34: 54, 35: 66 }),
])

function blocks(values: number, bytes: Readonly<Record<number, number>>): [number, readonly [number, number]][] {
  return Object.entries(bytes).map(([type, size]) => [Number(type), [values, size]])
}

/** Bytes of the metadata types of fixed size, by GGUF's number. */
const fixed: ReadonlyMap<number, number> = new Map([
  [0, 1],
  [1, 1],
  [2, 2],
  [3, 2],
  [4, 4],
  [5, 4],
  [6, 4],
  [7, 1],
  [10, 8],
  [11, 8],
  [12, 8],
])
const STRING = 8
const ARRAY = 9

/** @throws PlimsollError `not-found`, `model-invalid`, `model-unsupported` */
export async function readHeader(file: string): Promise<Header> {
  await using handle = await openFile(file)
  return await parse(handle, file)
}

/** @throws PlimsollError `not-found` */
export async function openFile(file: string): Promise<FileHandle> {
  try {
    const handle = await open(file, 'r')
    if ((await handle.stat()).isFile()) return handle
    await handle.close()
    throw new Error('it is not a file')
  } catch (cause) {
    throw new PlimsollError('not-found', 'The model file cannot be opened', {
      found: cause instanceof Error ? cause.message : String(cause),
      where: file,
      fix: 'Check the path. `plimsoll model pull NAME` fetches a model, `plimsoll model path NAME` says where it lies.',
      cause,
    })
  }
}

async function parse(handle: FileHandle, file: string): Promise<Header> {
  const { size } = await handle.stat()
  await checkMagic(handle, file)
  const cursor = new HeaderCursor(handle, file, size)
  await cursor.skip(magic.length, 'the magic number')
  const version = await cursor.u32()
  if (!versions.includes(version)) {
    throw new PlimsollError('model-unsupported', 'The model file is of a GGUF version that llama.cpp does not read', {
      found: `version ${version}`,
      expected: `version ${versions.join(' or ')}, little-endian`,
      where: file,
      fix: 'Convert the model again with a newer llama.cpp.',
    })
  }
  const tensorCount = await count(cursor, 'tensors')
  const entries = await count(cursor, 'metadata entries')
  const metadata = new Map<string, MetadataValue>()
  for (let i = 0; i < entries; i++) {
    const key = await cursor.string('a key', longestKey)
    metadata.set(key, await readValue(cursor, await cursor.u32(), key))
  }
  const architecture = metadata.get('general.architecture')
  if (typeof architecture !== 'string') {
    throw cursor.lie('no general.architecture', 'a header that names the architecture')
  }
  const tensors = await readTensors(cursor, tensorCount, alignmentOf(cursor, metadata), size)
  return { file, size, architecture, metadata, tensors }
}

async function checkMagic(handle: FileHandle, file: string): Promise<void> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(magic.length), 0, magic.length, 0)
  const head = buffer.toString('latin1', 0, bytesRead)
  if (head === magic) return
  throw new PlimsollError('model-invalid', 'The file is not a GGUF model', {
    found: bytesRead === 0 ? 'an empty file' : `it begins with ${JSON.stringify(head)}`,
    expected: `"${magic}"`,
    where: file,
    fix: 'Give the path of a .gguf file; other formats have to be converted first.',
  })
}

async function count(cursor: HeaderCursor, what: string): Promise<number> {
  const found = await cursor.u64()
  if (found > mostEntries) throw cursor.lie(`${found} ${what}`, `at most ${mostEntries}`)
  return found
}

async function readValue(cursor: HeaderCursor, type: number, key: string): Promise<MetadataValue> {
  if (type === STRING) return cursor.string(key)
  if (type !== ARRAY) return readNumber(cursor, type, key)
  const element = await cursor.u32()
  const length = await cursor.u64()
  if (element === STRING) {
    if (length > mostStrings) throw cursor.lie(`${key} of ${length} strings`, `at most ${mostStrings}`)
    await cursor.skipStrings(length, key)
    return { length }
  }
  const bytes = fixed.get(element)
  if (bytes === undefined) throw cursor.lie(`${key} of type ${element}`, 'a list of numbers or strings')
  if (length > longestKept || bytes !== 4) {
    await cursor.skip(length * bytes, `${key} of ${length} numbers`)
    return { length }
  }
  const values: number[] = []
  for (let i = 0; i < length; i++) values.push(Number(await readNumber(cursor, element, key)))
  return values
}

async function readNumber(cursor: HeaderCursor, type: number, key: string): Promise<MetadataValue> {
  const bytes = fixed.get(type)
  if (bytes === undefined) throw cursor.lie(`${key} of type ${type}`, 'a type of GGUF version 3')
  if (type === 4) return cursor.u32()
  if (type === 5) return (await cursor.u32()) | 0
  if (type === 6) return cursor.f32()
  if (type === 7) return (await cursor.u8()) !== 0
  if (type === 10 || type === 11) return cursor.u64()
  await cursor.skip(bytes, key)
  return { length: 1 }
}

function alignmentOf(cursor: HeaderCursor, metadata: ReadonlyMap<string, MetadataValue>): number {
  const alignment = metadata.get('general.alignment') ?? defaultAlignment
  if (typeof alignment === 'number' && alignment > 0 && Number.isInteger(Math.log2(alignment))) return alignment
  throw cursor.lie(`general.alignment ${JSON.stringify(alignment)}`, 'a power of two')
}

async function readTensors(
  cursor: HeaderCursor,
  total: number,
  alignment: number,
  size: number,
): Promise<TensorEntry[]> {
  const padded = (bytes: number) => Math.ceil(bytes / alignment) * alignment
  const described: { name: string; shape: number[]; type: number; bytes: number }[] = []
  let expected = 0
  for (let i = 0; i < total; i++) {
    const name = await cursor.string('the name of a tensor', longestKey)
    const dimensions = await cursor.u32()
    if (dimensions > mostDimensions) {
      throw cursor.lie(`tensor ${name} of ${dimensions} dimensions`, `at most ${mostDimensions}`)
    }
    const shape: number[] = []
    for (let j = 0; j < dimensions; j++) shape.push(await cursor.u64())
    const type = await cursor.u32()
    const bytes = bytesOf(cursor, name, shape, type)
    const offset = await cursor.u64()
    // llama.cpp asks for the same: tensors lie one behind the other.
    if (offset !== expected) throw cursor.lie(`tensor ${name} at offset ${offset}`, `offset ${expected}`)
    expected += padded(bytes)
    described.push({ name, shape, type, bytes })
  }
  let start = padded(cursor.position)
  return described.map(tensor => {
    const entry = { ...tensor, start }
    if (start + tensor.bytes > size) {
      throw new PlimsollError('model-invalid', 'The model file is truncated', {
        found: `${size} bytes`,
        expected: `at least ${start + tensor.bytes}, for tensor ${tensor.name}`,
        where: cursor.file,
        fix: 'Download the file again.',
      })
    }
    start += padded(tensor.bytes)
    return entry
  })
}

function bytesOf(cursor: HeaderCursor, name: string, shape: readonly number[], type: number): number {
  const block = types.get(type)
  if (block === undefined) {
    throw new PlimsollError('model-unsupported', 'A tensor of the model is of a type that llama.cpp does not read', {
      found: `type ${type} of tensor ${name}`,
      expected: 'a type of this release of llama.cpp',
      where: cursor.file,
      fix: 'Take the model in another quantisation, such as Q8_0.',
    })
  }
  const [values, bytes] = block
  const elements = shape.reduce((product, dimension) => product * dimension, 1)
  const whole = (shape[0] ?? 1) % values === 0
  if (Number.isSafeInteger(elements * bytes) && elements > 0 && whole) return (elements / values) * bytes
  throw cursor.lie(`tensor ${name} of ${shape.join(' × ')} values`, `rows of a multiple of ${values} that fit a file`)
}
