/** LoReFT: against pyreft's own module on the same model (oracle/methods/trained.py), and as a method, on llama.cpp. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openModel } from '../../src/engine/open.ts'
import type { LowRankVector, Model } from '../../src/engine/types.ts'
import { createRandom } from '../../src/random.ts'
import { fitMethod, fit as fitOne, loadVector, saveVector } from '../../src/steer/index.ts'
import type { ContrastSpec } from '../../src/steer/methods/contrast.ts'
import { fitLoreft, loreftDefaults } from '../../src/steer/methods/loreft.ts'
import { effectsOf, flat, loreftSpec } from '../support/loreft.ts'
import { writeTinyModel } from '../support/tiny-gguf.ts'
import { rawExamples } from '../support/trained-examples.ts'
import trained from './trained.json' with { type: 'json' }

let folder: string
let model: Model
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-loreft-'))
  const file = join(folder, 'llama.gguf')
  writeTinyModel(file)
  model = await openModel(file, { threads: 1, cache: 'f32', flashAttention: 'off' })
})
afterAll(async () => {
  await model[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

describe('against pyreft', () => {
  const { layer, steps, loreft: original } = trained
  const learn = async (how: 'reflections' | 'drawn' | 'drawn again') => {
    const spec = loreftSpec({ layer, steps, ...original, start: original[how].start })
    const found = await model.train(rawExamples, spec)
    const apart = original[how].losses.map((loss, step) => Math.abs(found.losses[step]! / loss - 1))
    const ours = await effectsOf(model, spec, found.parameters)
    const theirs = await effectsOf(model, spec, flat(original[how]))
    return { found, apart, ours, theirs }
  }

  test('with the same completion of R, every loss and every value are the same', async () => {
    const { found, apart, ours, theirs } = await learn('reflections')
    expect(found.losses).toHaveLength(steps)
    expect(Math.max(...apart)).toBeLessThan(1e-4)
    const told = flat(original.reflections)
    for (const [i, value] of found.parameters.entries()) expect(value).toBeCloseTo(told[i]!, 3)
    expect(cosine(ours, theirs)).toBeGreaterThan(0.9999)
  })

  test('as torch completes R, at random, we are as far from a draw of it as its draws are from each other', async () => {
    const [one, another] = [await learn('drawn'), await learn('drawn again')]
    const between = original.drawn.losses.map((loss, step) =>
      Math.abs(original['drawn again'].losses[step]! / loss - 1),
    )
    const alike = cosine(one.theirs, another.theirs)
    for (const { apart, ours, theirs } of [one, another]) {
      expect(Math.max(...apart)).toBeLessThan(Math.max(...between))
      expect(Math.abs(cosine(ours, theirs) - alike)).toBeLessThan(0.05)
    }
  })
})

const layer = 1
const sides = {
  positive: ['hello', 'the wings', 'words here', 'a house', 'the sea', 'a tree'],
  negative: ['another thing', 'a word', 'hat', 'the moon', 'it is', 'a road'],
}
const answers = { positive: sides.positive.map(() => 'yes, of course'), negative: sides.negative.map(() => 'no') }
const held = ['an apple', 'the garden'].map(prompt => ({ prompt, target: 'yes, of course' }))
const parameters = { ...loreftDefaults, rank: 2, epochs: 8, batch: 3, learningRate: 0.01 }
const spec: ContrastSpec = { ...sides, answers, layers: [layer] }

async function fitted(more: Partial<ContrastSpec & typeof parameters> = {}, seed = 1): Promise<LowRankVector> {
  const vectors = await fitLoreft(model, { ...spec, ...more }, { ...parameters, ...more }, { seed })
  const vector = vectors.get(layer)
  if (vector === undefined) throw new Error('nothing was fitted')
  return vector
}

function mapsOf({ maps }: LowRankVector) {
  if ('project' in maps) throw new Error('one map for all layers')
  return maps[layer]!
}

async function meanLoss(vector: LowRankVector, strength: number): Promise<number> {
  const items = held.map(({ prompt, target }) => ({ prompt, continuation: target }))
  const scores = await model.score(items, { steering: [{ vector, strength }] })
  const sum = scores.reduce((total, { logLikelihood }) => total - logLikelihood, 0)
  return sum / scores.reduce((total, { tokens }) => total + tokens, 0)
}

describe('the method', () => {
  test('makes the answer likelier in the engine, for prompts that it was not trained on', async () => {
    const vector = await fitted()
    expect(await meanLoss(vector, 1)).toBeLessThan((await meanLoss(vector, 0)) - 0.1)
  })

  test('the engine does with R, W and b what training said they do', async () => {
    const { rank } = parameters
    const { width } = model.info
    const start = createRandom(1, 'start')
    const values = Float64Array.from({ length: rank * (2 * width + 1) }, () => 0.2 * (2 * start.next() - 1))
    const tokens = { phase: 'prompt', ends: { first: 1, last: 2 } } as const
    const examples = sides.positive.map(prompt => ({ prompt, target: 'yes, of course' }))
    const edit = { kind: 'loreft', rank, start: values } as const
    const settings = { layer, tokens, edit, epochs: 4, batch: 3, learningRate: 0.01 }
    const { parameters: found, validation } = await model.train(examples, settings, { validation: held })
    expect(Math.min(...validation)).toBeLessThan(validation[0]!)
    const matrix = (from: number) => ({
      rows: rank,
      columns: width,
      values: Float32Array.from(found.subarray(from * width, (from + rank) * width)),
    })
    const bias = Float32Array.from(found.subarray(2 * rank * width))
    const maps = { project: matrix(0), weight: matrix(rank), bias }
    const vector = { edit: 'low-rank', where: { layers: [layer], tokens }, maps: { [layer]: maps } } as const
    expect(await meanLoss(vector, 1)).toBeCloseTo(Math.min(...validation), 4)
  })

  test('gives R with orthonormal rows at every layer, the same from the same seed, another from another', async () => {
    const two = { ...spec, layers: [0, 2] }
    const fitFrom = (seed: number) => fitLoreft(model, two, parameters, { seed })
    const [once, again, other] = [await fitFrom(3), await fitFrom(3), await fitFrom(4)]
    expect([...once.keys()]).toEqual([0, 2])
    expect(again).toEqual(once)
    expect(other).not.toEqual(once)
    const { project } = mapsOf(await fitted())
    const row = (i: number) => project.values.subarray(i * project.columns, (i + 1) * project.columns)
    const product = (i: number, j: number) => row(i).reduce((sum, value, at) => sum + value * row(j)[at]!, 0)
    expect([project.rows, project.columns]).toEqual([2, model.info.width])
    expect(product(0, 0)).toBeCloseTo(1, 5)
    expect(product(1, 1)).toBeCloseTo(1, 5)
    expect(product(0, 1)).toBeCloseTo(0, 5)
  })

  test('acts on the first and last tokens of the prompt, or on those that are told', async () => {
    const tokens = async (more: Parameters<typeof fitted>[0]) => (await fitted({ ...more, epochs: 1 })).where.tokens
    expect(await tokens({})).toEqual({ phase: 'prompt', ends: { first: 5, last: 5 } })
    expect(await tokens({ first: 0 })).toEqual({ phase: 'prompt', last: 5 })
    expect(await tokens({ last: 0, first: 2 })).toEqual({ phase: 'prompt', first: 2 })
    expect(await tokens({ tokens: { phase: 'all' } })).toEqual({ phase: 'all' })
  })

  test('is trained on the answers of the positives only', async () => {
    const others = { positive: answers.positive, negative: answers.negative.map(() => 'the other one') }
    expect(await fitted({ answers: others })).toEqual(await fitted())
    const changed = { positive: answers.positive.map(() => 'the other one'), negative: answers.negative }
    expect(await fitted({ answers: changed })).not.toEqual(await fitted())
  })

  test('refuses ranks that cannot be, no tokens, and an empty side', async () => {
    for (const rank of [0, 1.5, model.info.width + 1])
      await expect(fitted({ rank })).rejects.toMatchObject({ code: 'invalid-input', found: String(rank) })
    await expect(fitted({ first: 0, last: 0 })).rejects.toMatchObject({ message: 'LoReFT has no tokens to edit' })
    await expect(fitted({ first: -1 })).rejects.toMatchObject({ code: 'invalid-input' })
    await expect(fitted({ positive: [] })).rejects.toMatchObject({ code: 'invalid-input' })
  })

  test('is fitted by its name', async () => {
    const one = { ...spec, method: 'loreft', epochs: 1, rank: 3 } as const
    expect(await fitMethod(model, one, { seed: 2 })).toEqual(
      await fitLoreft(model, spec, { ...loreftDefaults, epochs: 1, rank: 3 }, { seed: 2 }),
    )
  })

  test('makes a vector that a file keeps', async () => {
    const made = await fitOne(model, { method: 'loreft', ...sides, answers, layer, epochs: 1 }, { seed: 2 })
    const path = join(folder, 'loreft.safetensors')
    await saveVector(made, path)
    expect(await loadVector(path)).toEqual(made)
    expect(made.provenance.parameters).toMatchObject({ rank: 4, epochs: 1, tokens: { ends: { first: 5, last: 5 } } })
  })
})

function cosine(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0) / (Math.hypot(...a) * Math.hypot(...b))
}
