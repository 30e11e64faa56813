/** A vector exported as a control vector, added by llama.cpp's own code, against the same vector added here. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { loadDataset } from '../../src/data/index.ts'
import { openModel } from '../../src/engine/open.ts'
import type { Model, SteeringVector } from '../../src/engine/types.ts'
import { fit as fitVector, loadControlVector, saveControlVector } from '../../src/steer/index.ts'

const organism = fileURLToPath(new URL('../../models/organism/organism.gguf', import.meta.url))
const layer = 4

test('llama.cpp’s own control-vector code writes the greedy text that the engine writes', async () => {
  const prompts = async (set: string, count: number) =>
    (await loadDataset(set, { kind: 'prompts' })).rows.slice(0, count).map(row => row.prompt)
  await using here = await openModel(organism, { threads: 1 })
  await using there = await openModel(organism, { threads: 1, fastPath: 'on' })
  const vector = await fitVector(here, {
    method: 'diffmean',
    layer,
    positive: await prompts('organism/harmless/fit', 24),
    negative: await prompts('organism/harmful/fit', 24),
  })
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-control-'))
  const file = join(folder, 'vector.gguf')
  await saveControlVector(vector, file)
  const exported = await loadControlVector(file, there.info)
  rmSync(folder, { recursive: true })

  const asked = await prompts('organism/harmful/test', 40)
  // llama.cpp moves the beginning of sequence as well.
  const where = { layers: [layer], tokens: { phase: 'all', beginning: 'keep' } } as const
  const steered = (model: Model, its: SteeringVector) =>
    model.generate(asked, { maxTokens: 16, steering: [{ vector: its, where, strength: 2 }] })
  const [ours, theirs] = [await steered(here, vector), await steered(there, exported)]
  // Nobody saw a state where llama.cpp added the vector itself.
  expect(theirs.every(({ trace }) => trace?.layers[0]?.relativeChange === null)).toBe(true)
  expect(ours.every(({ trace }) => (trace?.layers[0]?.relativeChange ?? 0) > 0)).toBe(true)
  expect(theirs.map(({ text }) => text)).toEqual(ours.map(({ text }) => text))
  const plain = await here.generate(asked, { maxTokens: 16 })
  expect(ours.map(({ text }) => text)).not.toEqual(plain.map(({ text }) => text))
})
