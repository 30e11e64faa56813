import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openReference, type ReferenceModel } from '../../../test/reference/model.ts'
import { writeRandomAutoencoder } from '../../../test/support/random-autoencoder.ts'
import { writeTinyModel } from '../../../test/support/tiny-gguf.ts'
import { dot } from '../algebra/vectors.ts'
import { fit as fitVector } from '../fit.ts'
import { directionAt } from '../index.ts'
import { fitDiffmean } from './diffmean.ts'
import { fitMethod, type MethodSpec } from './fit-method.ts'
import { atomsDirection, targetAtoms } from './sta.ts'

describe('target atoms', () => {
  const prompts = (...rows: number[][]) => rows.map(row => Float64Array.from(row))
  //                                    more, and in more | less    | more, in fewer | the same | nothing
  const positive = prompts([4, 0, 9, 1, 0], [4, 0, 0, 1, 0], [1, 0, 0, 1, 0], [0, 0, 0, 1, 0])
  const negative = prompts([0, 2, 1, 1, 0], [0, 2, 1, 1, 0], [0, 2, 0, 1, 0], [0, 0, 0, 1, 0])

  it('are latents that one side activates both more strongly and more often', () => {
    expect([...targetAtoms({ positive, negative }, 1)]).toEqual([2.25, -1.5, 0, 0, 0])
  })

  it('are fewer where a smaller share is asked for, and always in the top share of all latents', () => {
    expect([...targetAtoms({ positive, negative }, 0.2)]).toEqual([2.25, 0, 0, 0, 0])
  })

  it('are told by shares, where one side has more prompts', () => {
    const twice = { positive: [...positive, ...positive], negative }
    expect(targetAtoms(twice, 1)).toEqual(targetAtoms({ positive, negative }, 1))
  })

  it('that are none make no vector, and no NaN', () => {
    const decoder = new Float32Array(10).fill(1)
    const none = { positive, negative: positive }
    expect(() => atomsDirection(none, 3, { decoder, width: 2 }, 0.35)).toThrow('sta keeps no latent')
  })
})

describe('fitted on a model', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-sta-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  let model: ReferenceModel
  const file = join(folder, 'layer_2', 'params.safetensors')
  const unplaced = join(folder, 'params.safetensors')
  beforeAll(async () => {
    writeTinyModel(join(folder, 'tiny.gguf'))
    model = await openReference(join(folder, 'tiny.gguf'))
    mkdirSync(join(folder, 'layer_2'))
    for (const path of [file, unplaced]) writeRandomAutoencoder(path, model.info.width)
  })

  const sides = { positive: ['hello', 'the wings', 'words here'], negative: ['another thing', 'a word', 'hat'] }
  const tokens = { phase: 'prompt' } as const
  const spec = (more: object = {}): MethodSpec => ({
    method: 'sta',
    ...sides,
    layers: [2],
    tokens,
    autoencoder: file,
    ...more,
  })
  const fitted = async (more: object = {}) => directionAt((await fitMethod(model, spec(more))).get(2)!, 2)!

  it('is as long as the difference of means, and turns round with the sides', async () => {
    const { unit, scale } = await fitted()
    const plain = directionAt((await fitDiffmean(model, { ...sides, layers: [2], tokens })).get(2)!, 2)!
    expect(scale).toBeCloseTo(plain.scale, 4)
    expect(dot(unit, unit)).toBeCloseTo(1, 5)
    expect(Math.abs(dot(unit, plain.unit))).toBeLessThan(0.99)
    const turned = await fitted({ positive: sides.negative, negative: sides.positive })
    expect(dot(unit, turned.unit)).toBeCloseTo(-1, 5)
  })

  it('says with the vector how many latents were kept', async () => {
    const { provenance } = await fitVector(model, { method: 'sta', layer: 2, ...sides, tokens, autoencoder: file })
    expect(provenance.note).toMatch(/^[1-9]\d* of 64 latents of params\.safetensors are kept\.$/)
    expect(provenance.parameters).toMatchObject({ autoencoder: file, share: 0.35, layer: 2 })
  })

  it('is refused at another layer than the autoencoder’s, which is named', async () => {
    await expect(fitMethod(model, spec({ layers: [1] }))).rejects.toMatchObject({
      code: 'invalid-input',
      found: 'layer 1',
      expected: 'layer 2, where it was trained',
    })
    // A file that does not say its layer serves any, but not two.
    expect([...(await fitMethod(model, spec({ layers: [1], autoencoder: unplaced }))).keys()]).toEqual([1])
    await expect(fitMethod(model, spec({ layers: [1, 2], autoencoder: unplaced }))).rejects.toMatchObject({
      code: 'invalid-input',
      found: 'layer 2',
    })
  })

  it('needs an autoencoder, a share that is one, and sides that differ', async () => {
    await expect(fitMethod(model, spec({ autoencoder: undefined }))).rejects.toMatchObject({
      code: 'invalid-input',
      message: 'sta has no autoencoder',
    })
    for (const share of [0, 1.5, Number.NaN])
      await expect(fitMethod(model, spec({ share }))).rejects.toMatchObject({ code: 'invalid-input' })
    await expect(fitMethod(model, spec({ negative: sides.positive }))).rejects.toMatchObject({
      code: 'invalid-input',
      message: 'sta keeps no latent of the autoencoder',
      found: expect.stringContaining('of 64 latents'),
    })
  })

  it('stops when asked', async () => {
    const control = new AbortController()
    const onProgress = ({ stage }: { stage: string }) => {
      if (stage === 'encode') control.abort()
    }
    await expect(fitMethod(model, spec(), { signal: control.signal, onProgress })).rejects.toMatchObject({
      code: 'cancelled',
    })
  })
})
