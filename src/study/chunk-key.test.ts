/** A changed ingredient never meets a stale answer: one test for each. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeTinyModel } from '../../test/support/tiny-gguf.ts'
import type { EngineInfo, Model, Steering } from '../engine/types.ts'
import type { Item } from '../measure/suites/index.ts'
import { openModel } from '../models/index.ts'
import { openStore } from '../store/index.ts'
import { chunkKey, type Origin, originOf, templateProbe } from './chunk-key.ts'
import { Work } from './work.ts'

const engine: EngineInfo = {
  implementation: 'llama.cpp',
  release: 'v1',
  cpu: 'haswell',
  threads: 2,
  engines: 1,
  cache: 'f16',
  flashAttention: 'auto',
  device: 'cpu',
}
const origin = originOf({ fingerprint: 'weights', metadata: 'header', engine }, 'template')
const item = (sample: string, request = `ask ${sample}`): Item => ({ kind: 'answer', sample, clusters: {}, request })
const items = [item('a'), item('b')]
const setting = { steering: [], system: null, slots: 4 }
const job = { setting, maxTokens: 8 }
const key = chunkKey(origin, job, items)

describe('a chunk has another key with another', () => {
  const others: readonly [string, Partial<Origin>][] = [
    ['model', { model: 'other weights' }],
    ['rest of its file', { metadata: 'other' }],
    ['chat template', { template: 'other' }],
    ['way of answering', { answers: origin.answers + 1 }],
    ['release', { engine: { ...engine, release: 'v2' } }],
    ['CPU variant', { engine: { ...engine, cpu: 'zen4' } }],
    ['number of threads', { engine: { ...engine, threads: 1 } }],
    ['number of engines', { engine: { ...engine, engines: 2 } }],
    ['type of cache', { engine: { ...engine, cache: 'f32' } }],
    ['kind of attention', { engine: { ...engine, flashAttention: 'off' } }],
    ['device', { engine: { ...engine, device: 'gpu' } }],
  ]
  it.each(others)('%s', (_, change) => {
    expect(chunkKey({ ...origin, ...change }, job, items)).not.toBe(key)
  })

  it.each<[string, Parameters<typeof chunkKey>[1], readonly Item[]]>([
    ['system message', { ...job, setting: { ...setting, system: 'be kind' } }, items],
    ['number of sequences', { ...job, setting: { ...setting, slots: 5 } }, items],
    ['length', { ...job, maxTokens: 9 }, items],
    ['request', job, [item('a'), item('b', 'ask c')]],
    ['order of rows', job, items.toReversed()],
    ['size', job, items.slice(0, 1)],
  ])('%s', (_, changed, asked) => {
    expect(chunkKey(origin, changed, asked)).not.toBe(key)
  })

  it('none of these', () => {
    expect(chunkKey({ ...origin, engine: { ...engine } }, { ...job }, [...items])).toBe(key)
  })
})

describe('on models', () => {
  let folder = ''
  let model: Model
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plimsoll-key-'))
    model = await openModel('organism', { threads: 1 })
  })
  afterAll(async () => {
    await model[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  })

  it('templates are told apart by what they make of a request', async () => {
    const probes = []
    for (const template of ['tags', 'no-system', 'none'] as const) {
      const file = join(folder, `${template}.gguf`)
      writeTinyModel(file, { template })
      await using tiny = await openModel(file, { threads: 1 })
      probes.push(await templateProbe(tiny))
    }
    expect(new Set(probes).size).toBe(3)
  })

  it('a vector whose strength, place or one value changed is asked anew, and the same one is not', async () => {
    await using store = await openStore(':memory:')
    const work = await Work.start({ model, store, run: null, signal: undefined })
    const unit = (at: number) => Float32Array.from({ length: model.info.width }, (_, i) => (i === at ? 1 : 0))
    const steered = ({ at = 0, scale = 1, layer = 3, strength = 1 } = {}): Steering => [
      { vector: { edit: 'add', where: { layers: [layer] }, directions: { unit: unit(at), scale } }, strength },
    ]
    const ask = async (steering: Steering) => {
      const before = work.tally.made
      await work.all({
        stage: 'measure',
        condition: 'c',
        suite: 's',
        items: [item('a', 'what is a word ?')],
        setting: { steering, system: null, slots: 1 },
        maxTokens: 2,
        chunk: 1,
      })
      return work.tally.made - before
    }
    for (const steering of [
      [],
      steered(),
      steered({ strength: 2 }),
      steered({ layer: 4 }),
      steered({ at: 1 }),
      steered({ scale: 2 }),
    ])
      expect(await ask(steering)).toBe(1)
    expect(await ask([])).toBe(0)
    expect(await ask(steered())).toBe(0)
  })
})
