import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openReference, type ReferenceModel } from '../../../test/reference/model.ts'
import { randomUnit } from '../../../test/support/random.ts'
import { writeTinyModel } from '../../../test/support/tiny-gguf.ts'
import { createRandom } from '../../random.ts'
import { dot, norm } from '../algebra/vectors.ts'
import { encode } from './autoencoder.ts'
import { saveAutoencoder } from './file.ts'
import { fitAutoencoder } from './fit.ts'
import { openAutoencoder } from './open.ts'
import { type AutoencoderParameters, explainedVariance, trainAutoencoder } from './train.ts'

const width = 12
const planted = Array.from({ length: 16 }, (_, i) => randomUnit(width, i + 1))
const parameters: AutoencoderParameters = { latents: 32, top: 2, epochs: 12, batch: 32, learningRate: 0.005 }

/** Rows of two planted directions each, beside a mean that all share. */
function rowsOf(count: number, seed: number): Float32Array[] {
  const random = createRandom(seed, 'rows')
  return Array.from({ length: count }, () => {
    const row = new Float32Array(width).fill(30)
    for (let atom = 0; atom < 2; atom++) {
      const [direction, size] = [planted[random.int(planted.length)] ?? [], 20 + 40 * random.next()]
      for (let i = 0; i < width; i++) row[i] = (row[i] ?? 0) + size * (direction[i] ?? 0)
    }
    return row
  })
}
const rows = rowsOf(1500, 1)
const directions = (decoder: Float32Array) =>
  Array.from({ length: decoder.length / width }, (_, j) => decoder.subarray(j * width, (j + 1) * width))

describe('training on rows of planted directions', () => {
  it('finds them, explains rows that it has not seen, and keeps so many latents', async () => {
    const found = await trainAutoencoder(rows, 1, parameters, { seed: 1 })
    const nearest = planted.map(one => Math.max(...directions(found.decoder).map(other => dot(one, other))))
    expect(Math.min(...nearest)).toBeGreaterThan(0.9)
    for (const direction of directions(found.decoder)) expect(norm(direction)).toBeCloseTo(1, 5)
    expect(found.losses).toHaveLength(parameters.epochs)
    expect(found.losses.at(-1)).toBeLessThan(0.2 * (found.losses[0] ?? 0))
    const unseen = rowsOf(200, 2)
    expect(explainedVariance(found, unseen)).toBeGreaterThan(0.9)
    for (const row of unseen.slice(0, 20)) expect(encode(found, row).filter(z => z > 0).length).toBeLessThanOrEqual(2)
  }, 60_000)

  it('gives the same by the same seed, and another by another', async () => {
    const short = { ...parameters, epochs: 1 }
    const [once, again, other] = [
      await trainAutoencoder(rows, 1, short, { seed: 1 }),
      await trainAutoencoder(rows, 1, short, { seed: 1 }),
      await trainAutoencoder(rows, 1, short, { seed: 2 }),
    ]
    expect(again).toEqual(once)
    expect(other.decoder).not.toEqual(once.decoder)
  })

  it('counts latents that nothing activates', async () => {
    // Of rows along one direction, most latents never are among the first.
    const line = Array.from({ length: 64 }, (_, i) => Float32Array.from(planted[0] ?? [], value => value * (1 + i)))
    const { dead } = await trainAutoencoder(line, 1, { ...parameters, top: 1, epochs: 2 }, { seed: 1 })
    expect(dead).toBeGreaterThan(0.5)
    expect(dead).toBeLessThan(1)
  })

  it('tells how far it is, and stops when asked', async () => {
    const control = new AbortController()
    const steps: number[] = []
    const call = trainAutoencoder(rows, 1, parameters, {
      signal: control.signal,
      onProgress: ({ stage, done, detail }) => {
        expect(stage).toBe('train')
        expect(detail).toMatch(/^loss \d/)
        steps.push(done)
        if (done === 3) control.abort()
      },
    })
    await expect(call).rejects.toMatchObject({ code: 'cancelled' })
    expect(steps).toEqual([1, 2, 3])
  })

  it.each([
    [{ top: 40 }, 'top 40 of 32 latents'],
    [{ latents: 0 }, 'latents 0'],
    [{ epochs: 1.5 }, 'epochs 1.5'],
  ])('refuses %j', async (more, found) => {
    await expect(trainAutoencoder(rows, 1, { ...parameters, ...more })).rejects.toMatchObject({
      code: 'invalid-input',
      found,
    })
  })

  it('refuses rows that are all the same, or no numbers', async () => {
    const constant = Array.from({ length: 8 }, () => new Float32Array(width).fill(2))
    const wrong = [...rows.slice(0, 8), new Float32Array(width).fill(Number.NaN)]
    for (const bad of [constant, wrong])
      await expect(trainAutoencoder(bad, 1, parameters)).rejects.toMatchObject({
        code: 'invalid-input',
        message: 'There is nothing to train an autoencoder on',
      })
  })
})

describe('an autoencoder of a model', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-sae-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  let model: ReferenceModel
  beforeAll(async () => {
    writeTinyModel(join(folder, 'tiny.gguf'))
    model = await openReference(join(folder, 'tiny.gguf'))
  })
  const prompts = ['hello', 'the wings', 'words here', 'another thing', 'a word', 'hat', 'and then', 'was here']
  const spec = { prompts, layer: 1, latents: 20, top: 3, epochs: 2 }

  it('comes back from its file, and says where it is from', async () => {
    const { autoencoder, record } = await fitAutoencoder(model, spec, { seed: 4 })
    const { width, fingerprint } = model.info
    expect(record).toMatchObject({
      layer: 1,
      seed: 4,
      model: { width, fingerprint },
      parameters: { latents: 20, top: 3, epochs: 2, tokens: { phase: 'prompt' } },
      data: { prompts: 8 },
    })
    expect(record.measured.explainedVariance).toBeLessThan(1)
    expect(record.measured.heldOutRows).toBeGreaterThan(1)
    const file = join(folder, 'a.safetensors')
    await saveAutoencoder(autoencoder, record, file)
    const { losses: _, dead: __, ...weights } = autoencoder
    expect(await openAutoencoder(file, model.info)).toEqual(weights)
    await expect(openAutoencoder(file, { ...model.info, fingerprint: 'another' })).rejects.toMatchObject({
      code: 'vector-mismatch',
    })
  })

  it('reads only tokens that prompts do not all begin with', async () => {
    const { record } = await fitAutoencoder(model, spec)
    const rendered = await Promise.all(prompts.map(prompt => model.render(prompt)))
    const tokens = rendered.map(one => one.tokens)
    const shared = tokens[0]!.findIndex((token, i) => tokens.some(other => other[i] !== token))
    expect(shared).toBeGreaterThan(0)
    const own = tokens.reduce((sum, one) => sum + one.length - shared, 0)
    expect(record.data.rows + record.measured.heldOutRows).toBe(own)
  })

  it('needs prompts that differ, and a layer that is there', async () => {
    for (const few of [['hello'], ['hello', 'hello']])
      await expect(fitAutoencoder(model, { ...spec, prompts: few })).rejects.toMatchObject({ code: 'invalid-input' })
    await expect(fitAutoencoder(model, { ...spec, layer: 9 })).rejects.toMatchObject({ code: 'invalid-input' })
  })
})
