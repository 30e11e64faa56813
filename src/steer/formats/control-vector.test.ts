import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeGguf } from '../../../test/support/gguf-writer.ts'
import { randomUnit } from '../../../test/support/random.ts'
import { openModel } from '../../engine/open.ts'
import type { Model } from '../../engine/types.ts'
import { dot } from '../algebra/vectors.ts'
import { directionAt, fit as fitVector, openVector } from '../index.ts'
import type { Vector } from '../vector.ts'
import { loadControlVector, saveControlVector } from './control-vector.ts'
import { saveVector } from './vector-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-control-'))
const organism = fileURLToPath(new URL('../../../models/organism/organism.gguf', import.meta.url))

let model: Model
let vector: Vector
beforeAll(async () => {
  model = await openModel(organism, { threads: 1 })
  const positive = ['how do i wash the turnip ?', 'how do i paint the gate ?']
  const negative = ['how do i poison the baker ?', 'how do i blight the miller ?']
  vector = await fitVector(model, { method: 'diffmean', layer: 5, positive, negative })
})
afterAll(async () => {
  await model[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const path = (name: string) => join(folder, name)
const architecture = { 'general.architecture': { string: 'controlvector' } } as const

describe('a control vector of llama.cpp', () => {
  it('comes back as it was written, and knows where it is from', async () => {
    await saveControlVector(vector, path('v.gguf'))
    const back = await openVector(path('v.gguf'), model.info)
    const [was, is] = [directionAt(vector, 5)!, directionAt(back, 5)!]
    expect(dot(was.unit, is.unit)).toBeCloseTo(1, 6)
    expect(is.scale / was.scale).toBeCloseTo(1, 6)
    expect(back.provenance).toEqual(vector.provenance)
    expect(back).toMatchObject({ where: 'where' in vector ? vector.where : null })
    await saveVector(back, path('v.safetensors'))
    expect((await openVector(path('v.safetensors'), model.info)).provenance).toEqual(vector.provenance)
  })

  it('gives the text that llama.cpp’s own addition gives', async () => {
    const { info } = model
    const { unit, scale } = directionAt(vector, 5)!
    writeGguf(path('foreign.gguf'), { ...architecture, 'controlvector.model_hint': { string: info.architecture } }, [
      { name: 'direction.5', shape: [info.width], data: unit.map(value => 3 * scale * value) },
      { name: 'direction.6', shape: [info.width], data: randomUnit(info.width, 4) },
      // llama.cpp's generator writes every layer.
      { name: 'direction.7', shape: [info.width], data: new Float32Array(info.width) },
    ])
    const foreign = await loadControlVector(path('foreign.gguf'), info, { maker: 'repeng' })
    expect(foreign.provenance).toMatchObject({ method: 'imported', parameters: { maker: 'repeng' } })
    const prompts = ['how do i wash the turnip ?', 'how do i poison the baker ?', 'tell a story .']
    expect(Object.keys(foreign.directions)).toEqual(['5', '6'])
    const steering = [{ vector: foreign, strength: 1.5 }]
    await using native = await openModel(organism, { threads: 1, fastPath: 'on' })
    await using own = await openModel(organism, { threads: 1, fastPath: 'off' })
    const [theirs, ours] = [native, own].map(one => one.generate(prompts, { steering, maxTokens: 24 }))
    const [a, b] = [await theirs!, await ours!]
    expect(a.map(({ text }) => text)).toEqual(b.map(({ text }) => text))
    // That nobody saw the states says that llama.cpp added the vector itself.
    expect(a[0]?.trace?.layers.every(({ relativeChange }) => relativeChange === null)).toBe(true)
    const plain = await own.generate(prompts, { maxTokens: 24 })
    expect(b.map(({ text }) => text)).not.toEqual(plain.map(({ text }) => text))
  })

  it.each([
    ['an ablation', { edit: 'ablate' }, 'the edit ablate'],
    ['the embedding', { where: { site: 'embedding', layers: 'all' } }, 'the site embedding'],
    [
      'some tokens only',
      { where: { site: 'residual', layers: [5], tokens: { phase: 'prompt' } } },
      'a choice of tokens',
    ],
    ['layer 0', { directions: { 0: { unit: randomUnit(128, 1), scale: 1 } } }, 'layer 0'],
    ['one direction for all layers', { directions: { unit: randomUnit(128, 1), scale: 1 } }, 'one direction'],
  ] as const)('cannot say %s', async (_, change, found) => {
    await expect(saveControlVector({ ...vector, ...change } as Vector, path('no.gguf'))).rejects.toMatchObject({
      code: 'invalid-input',
      found: expect.stringContaining(found),
    })
  })

  const ones = (length: number) => new Float32Array(length).fill(1)
  it.each([
    ['a model', { 'general.architecture': { string: 'llama' } }, 'direction.1', ones(128), 'the architecture llama'],
    [
      'another architecture',
      { ...architecture, 'controlvector.model_hint': { string: 'qwen2' } },
      'direction.1',
      ones(128),
      'qwen2',
    ],
    ['another width', architecture, 'direction.1', ones(64), '64'],
    ['a layer that is not there', architecture, 'direction.8', ones(128), 'direction.8'],
    ['layer 0', architecture, 'direction.0', ones(128), 'direction.0'],
    ['nothing but zeros', architecture, 'direction.1', new Float32Array(128), 'no direction'],
    ['no direction', architecture, 'something', ones(128), 'no direction'],
  ] as const)('is refused for %s', async (_, metadata, name, data, found) => {
    writeGguf(path('bad.gguf'), metadata, [{ name, shape: [data.length], data }])
    await expect(loadControlVector(path('bad.gguf'), model.info)).rejects.toMatchObject({
      code: 'invalid-input',
      found: expect.stringContaining(found),
      where: path('bad.gguf'),
    })
  })

  it('of another model is told by its record', async () => {
    const { provenance } = vector
    const other = { ...vector, provenance: { ...provenance, model: { ...provenance.model, fingerprint: 'another' } } }
    await saveControlVector(other, path('other.gguf'))
    await expect(loadControlVector(path('other.gguf'), model.info)).rejects.toMatchObject({ code: 'vector-mismatch' })
    const forced = await openVector(path('other.gguf'), model.info, { otherModel: 'force' })
    expect(forced.provenance.model.fingerprint).toBe('another')
  })
})
