/**
 * Names a model by what it is: architecture, shape, and a hash over the names, types and sampled blocks of every
 * tensor's data. Another fine-tune of the same base has another fingerprint; a copy under another name has the same.
 */
import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { type Header, openFile, readHeader } from './header.ts'

const sampledBytes = 256

/** @throws PlimsollError `not-found`, `model-invalid`, `model-unsupported` */
export async function fingerprintOf(file: string): Promise<string> {
  return fingerprintWith(await readHeader(file))
}

/** The fingerprint of a file whose header was read already. */
export async function fingerprintWith(header: Header): Promise<string> {
  await using handle = await openFile(header.file)
  const hash = createHash('sha256')
  hash.update(header.architecture)
  const starts = header.tensors.map(tensor => tensor.start)
  const ends = new Map(starts.map((start, i) => [start, starts[i + 1] ?? header.size]))
  const tensors = header.tensors.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const samples = await Promise.all(
    tensors.map(({ start }) => {
      // What lies between a tensor and the next counts as its own.
      const end = ends.get(start) ?? header.size
      const places = [0, 0.5, 1].map(part =>
        Math.max(start, Math.min(start + Math.floor((end - start) * part), end - sampledBytes)),
      )
      return Promise.all(places.map(at => read(handle, at, Math.min(sampledBytes, end - at))))
    }),
  )
  for (const [i, { name, type, shape }] of tensors.entries()) {
    hash.update(`\n${name} ${type} ${shape.join('x')} `)
    for (const sample of samples[i] ?? []) hash.update(sample)
  }
  return hash.digest('hex').slice(0, 32)
}

async function read(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position)
  return buffer.subarray(0, bytesRead)
}
