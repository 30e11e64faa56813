/** The methods that train a vector through the model, on llama.cpp. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openModel } from '../../src/engine/open.ts'
import type { DirectionVector, Model } from '../../src/engine/types.ts'
import { directionAt, fitMethod, type MethodSpec } from '../../src/steer/index.ts'
import { writeTinyModel } from '../support/tiny-gguf.ts'

let folder: string
let model: Model
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-trained-'))
  const file = join(folder, 'tiny.gguf')
  writeTinyModel(file)
  model = await openModel(file, { threads: 1 })
})
afterAll(async () => {
  await model[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

const layer = 1
const sides = {
  positive: ['hello', 'the wings', 'words here', 'a house', 'the sea', 'a tree'],
  negative: ['another thing', 'a word', 'hat', 'the moon', 'it is', 'a road'],
}
const answers = { positive: sides.positive.map(() => 'yes, of course'), negative: sides.negative.map(() => 'no') }
const held = ['an apple', 'the garden']
const settings = { epochs: 8, batch: 3, learningRate: 0.05 }

async function fitted(spec: MethodSpec, seed = 1): Promise<DirectionVector> {
  const vector = (await fitMethod(model, spec, { seed })).get(spec.layers[0] ?? 0)
  if (vector?.edit !== 'add') throw new Error('nothing was fitted that is added')
  return vector
}

describe.each(['ssv', 'reft-r1'] as const)('%s', method => {
  const spec: MethodSpec = { method, ...sides, answers, layers: [layer], ...settings }

  test('makes the positives’ answer likelier in the engine, for prompts that it was not trained on', async () => {
    const vector = await fitted(spec)
    const items = held.map(prompt => ({ prompt, continuation: 'yes, of course' }))
    const likelihood = async (strength: number) =>
      (await model.score(items, { steering: [{ vector, strength }] })).reduce((sum, one) => sum + one.logLikelihood, 0)
    expect(await likelihood(1)).toBeGreaterThan((await likelihood(0)) + 0.5)
    expect(await likelihood(-1)).toBeLessThan(await likelihood(0))
  })

  test('gives a unit direction with its scale at every layer, the same from the same seed', async () => {
    const two = { ...spec, layers: [0, 2] }
    const [once, again] = [await fitMethod(model, two, { seed: 3 }), await fitMethod(model, two, { seed: 3 })]
    expect([...once.keys()]).toEqual([0, 2])
    expect(again).toEqual(once)
    for (const [at, vector] of once) {
      const { unit, scale } = directionAt(vector, at)!
      expect(Math.hypot(...unit)).toBeCloseTo(1, 5)
      expect(scale).toBeGreaterThan(0)
    }
  })

  test('acts on the tokens that it was trained on', async () => {
    const { where } = await fitted({ ...spec, tokens: { phase: 'generated' } })
    expect(where.tokens).toEqual({ phase: 'generated' })
  })

  test('takes the model’s own answers where none are given', async () => {
    const own = await model.generate(sides.positive, { maxTokens: 5 })
    const ownNegative = await model.generate(sides.negative, { maxTokens: 5 })
    const texts = { positive: own.map(({ text }) => text), negative: ownNegative.map(({ text }) => text) }
    const without = { ...spec, answers: undefined, answerTokens: 5, epochs: 1 }
    expect(await fitted(without)).toEqual(await fitted({ ...without, answers: texts }))
  })

  test('refuses an empty side, and answers that are all empty', async () => {
    await expect(fitMethod(model, { ...spec, positive: [] })).rejects.toMatchObject({ code: 'invalid-input' })
    const nothing = { positive: sides.positive.map(() => ' '), negative: sides.negative.map(() => '') }
    await expect(fitMethod(model, { ...spec, answers: nothing })).rejects.toMatchObject({ message: /no answer/ })
  })
})

test('the scale of reft-r1 is the strength that its positives had', async () => {
  const vector = await fitted({ method: 'reft-r1', ...sides, answers, layers: [layer], ...settings, top: 2 })
  const { unit, scale } = directionAt(vector, layer)!
  const items = sides.positive.map((prompt, i) => ({ prompt, continuation: answers.positive[i] }))
  const where = { layers: [layer], tokens: { phase: 'all' } } as const
  const { states, width } = await model.capture(items, where, { reduce: 'none' })
  const strengths = states.map(([rows = new Float32Array()]) => {
    const along = Array.from({ length: rows.length / width }, (_, row) =>
      unit.reduce((sum, value, i) => sum + value * rows[row * width + i]!, 0),
    )
    const [first = 0, second = 0] = along.map(value => Math.max(0, value)).sort((a, b) => b - a)
    return (first + second) / 2
  })
  const mean = strengths.reduce((sum, value) => sum + value, 0) / strengths.length
  // The weight has nearly length 1, and both strength and step are in its lengths.
  expect(scale / mean).toBeGreaterThan(0.9)
  expect(scale / mean).toBeLessThan(1.1)
})
