import { open } from 'node:fs/promises'
import { readHeader } from '../../src/engine/header.ts'
import { VOCABULARY, writeTinyModel } from './tiny-gguf.ts'

/** Writes a tiny model in which the embedding of `~` is no number. */
export async function writeNaNModel(file: string): Promise<void> {
  writeTinyModel(file)
  const embedding = (await readHeader(file)).tensors.find(tensor => tensor.name === 'token_embd.weight')
  const [width = 0] = embedding?.shape ?? []
  const row = new Float32Array(width).fill(Number.NaN)
  await using handle = await open(file, 'r+')
  const start = (embedding?.start ?? 0) + VOCABULARY.indexOf('~') * row.byteLength
  await handle.write(new Uint8Array(row.buffer), 0, row.byteLength, start)
}
