/**
 * Names a model by what it is: architecture, shape, and a hash over the names, types and sampled blocks of every
 * tensor's data. Another fine-tune of the same base has another fingerprint; a copy under another name has the same.
 */
import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { gguf } from '@huggingface/gguf'
import { PlimsollError } from '../errors.ts'

const magic = 'GGUF'
const sampledBytes = 256

/** @throws PlimsollError `not-found`, `model-invalid` */
export async function fingerprintOf(file: string): Promise<string> {
  await using handle = await openFile(file)
  const { size } = await handle.stat()
  const head = await read(handle, 0, magic.length)
  if (head.toString('latin1') !== magic) {
    throw new PlimsollError('model-invalid', 'The file is not a GGUF model', {
      found: `it begins with ${JSON.stringify(head.toString('latin1'))}`,
      expected: `"${magic}"`,
      where: file,
      fix: 'Give the path of a .gguf file; other formats have to be converted first.',
    })
  }
  const { metadata, tensorInfos, tensorDataOffset } = await parse(file)
  const dataStart = Number(tensorDataOffset)
  const hash = createHash('sha256')
  hash.update(String(metadata['general.architecture']))
  const starts = tensorInfos.map(tensor => dataStart + Number(tensor.offset)).sort((a, b) => a - b)
  for (const tensor of tensorInfos.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    hash.update(`\n${tensor.name} ${tensor.dtype} ${tensor.shape.join('x')} `)
    const start = dataStart + Number(tensor.offset)
    if (start >= size) throw truncated(file, size, start)
    const end = starts.find(other => other > start) ?? size
    for (const part of [0, 0.5, 1]) {
      const at = Math.max(start, Math.min(start + Math.floor((end - start) * part), end - sampledBytes))
      hash.update(await read(handle, at, Math.min(sampledBytes, end - at)))
    }
  }
  return hash.digest('hex').slice(0, 32)
}

async function openFile(file: string): Promise<FileHandle> {
  try {
    const handle = await open(file, 'r')
    if ((await handle.stat()).isFile()) return handle
    await handle.close()
    throw new Error('it is not a file')
  } catch (cause) {
    throw new PlimsollError('not-found', 'The model file cannot be opened', {
      found: cause instanceof Error ? cause.message : String(cause),
      where: file,
      fix: 'Check the path, or fetch a model with `plimsoll model pull NAME`.',
      cause,
    })
  }
}

async function parse(file: string) {
  try {
    return await gguf(file, { allowLocalFile: true })
  } catch (cause) {
    throw new PlimsollError('model-invalid', 'The header of the model file cannot be read', {
      found: cause instanceof Error ? cause.message : String(cause),
      expected: 'a complete GGUF header',
      where: file,
      fix: 'Download the file again.',
      cause,
    })
  }
}

function truncated(file: string, size: number, needed: number): PlimsollError {
  return new PlimsollError('model-invalid', 'The model file is truncated', {
    found: `${size} bytes`,
    expected: `more than ${needed}`,
    where: file,
    fix: 'Download the file again.',
  })
}

async function read(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position)
  return buffer.subarray(0, bytesRead)
}
