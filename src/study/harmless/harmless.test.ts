import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { openModel } from '../../engine/open.ts'
import type { DirectionVector, Model, Steering } from '../../engine/types.ts'
import { openStore, type Store } from '../../store/index.ts'
import { planStudy } from '../plan.ts'
import { Work } from '../work.ts'
import { Harmless, klPrompts } from './index.ts'
import { summaryOf } from './kl.ts'
import { additionsOf } from './units.ts'

const organism = fileURLToPath(new URL('../../../models/organism/organism.gguf', import.meta.url))

test('every token counts alike, whichever text it is of', () => {
  const texts = [Float64Array.from({ length: 90 }, () => 1), Float64Array.from({ length: 11 }, (_, i) => 10 + i)]
  const { p95, mean } = summaryOf(texts)
  // Of 101 values the 95th percentile is the 96th: the sixth of the large ones.
  expect(p95).toBe(15)
  expect(mean).toBeCloseTo((90 + 11 * 15) / 101, 12)
})

describe('on the organism', () => {
  let model: Model
  let store: Store
  let harmless: Harmless
  let work: Work
  beforeAll(async () => {
    model = await openModel(organism, { threads: 1 })
    store = await openStore(':memory:')
    work = await Work.start({ model, store, run: null, signal: undefined })
    harmless = new Harmless(work, await planStudy({ study: 'demo' }))
  }, 60_000)
  afterAll(async () => {
    await model[Symbol.asyncDispose]()
    await store[Symbol.asyncDispose]()
  })

  const vector = (layer: number, edit: 'add' | 'ablate' = 'add', scale = 2): DirectionVector => {
    const unit = new Float32Array(model.info.width)
    unit[3] = 1
    return { edit, where: { layers: [layer] }, directions: { unit, scale } }
  }

  it('is what the unsteered model answers to harmless prompts, and stays so', async () => {
    const texts = await harmless.texts()
    expect(texts).toHaveLength(klPrompts)
    const [first] = await model.generate(
      texts.map(({ prompt }) => prompt),
      { maxTokens: 32, slots: 16 },
    )
    expect(texts[0]?.continuation).toBe(first?.text)
    expect(await new Harmless(work, await planStudy({ study: 'demo' })).texts()).toEqual(texts)
  })

  it('is moved by a steering as its distributions say, the more the stronger', async () => {
    const at = (strength: number): Steering => [{ vector: vector(5), strength }]
    const [none, weak, strong] = await harmless.kl([at(0), at(1), at(3)])
    expect(none).toEqual({ p95: 0, mean: 0 })
    expect(weak?.p95).toBeGreaterThan(weak?.mean ?? Number.NaN)
    expect(strong?.p95).toBeGreaterThan(weak?.p95 ?? Number.NaN)
    // From the first token's distributions, as anybody can compute it.
    const vocabulary = Array.from({ length: model.info.vocabulary }, (_, token) => token)
    const texts = (await harmless.texts()).slice(0, 4)
    const prompts = texts.map(({ prompt }) => prompt)
    const plain = await model.firstToken(prompts, vocabulary)
    const steered = await model.firstToken(prompts, vocabulary, { steering: at(3) })
    const found = await model.divergence(texts, [at(3)])
    for (const [i, p] of plain.entries()) {
      const q = steered[i] ?? p
      const expected = p.reduce((sum, logP, token) => sum + Math.exp(logP) * (logP - (q[token] ?? 0)), 0)
      expect(found[i]?.[0]?.[0]).toBeCloseTo(expected, 4)
    }
  })

  it('gives a strength in three units', async () => {
    const steering: Steering = [{ vector: vector(5), strength: -1.5 }]
    const kl = { p95: 0.5, mean: 0.1 }
    const [units] = await harmless.units([{ steering, kl }])
    const texts = await harmless.texts()
    const { states, width } = await model.capture(texts, { layers: [5] }, { reduce: 'none' })
    const norms = states.flatMap(([rows = new Float32Array()]) =>
      Array.from({ length: rows.length / width }, (_, i) => Math.hypot(...rows.subarray(i * width, (i + 1) * width))),
    )
    const ascending = norms.toSorted((a, b) => a - b)
    const middle = (ascending.length - 1) / 2
    const [low = 0, high = 0] = [ascending[Math.floor(middle)], ascending[Math.ceil(middle)]]
    const median = (low + high) / 2
    expect(units).toEqual({ added: 3, ofNorm: expect.closeTo(3 / median, 3), kl })
    // What changes a state by as much as it is told to: the trace of a request says the same.
    const [answer] = await model.generate([{ prompt: texts[0]?.prompt ?? '', steering }], { maxTokens: 8 })
    expect(answer?.trace?.layers[0]?.relativeChange).toBeCloseTo(units?.ofNorm ?? Number.NaN, 1)
  })

  it('tells of several layers the mean, of parts their sum of places, and nothing of what is no addition', async () => {
    const [two, ablated, compound] = await harmless.units(
      [
        [{ vector: vector(4) }, { vector: vector(5, 'add', 4) }],
        [{ vector: vector(4, 'ablate') }],
        [{ vector: { edit: 'compound', terms: [{ vector: vector(4), strength: 2 }] } as const, strength: 3 }],
      ].map(steering => ({ steering, kl: null })),
    )
    expect(two).toMatchObject({ added: 3, kl: null })
    expect(two?.ofNorm).toBeGreaterThan(0)
    expect(ablated).toEqual({ added: null, ofNorm: null, kl: null })
    expect(compound?.added).toBe(12)
    expect(additionsOf([{ vector: vector(4), where: { layers: [1, 2] } }], model.info)).toEqual([
      { site: 'residual', layer: 1, size: 2 },
      { site: 'residual', layer: 2, size: 2 },
    ])
    const embedding: DirectionVector = { ...vector(4), where: { site: 'embedding' } }
    const [atEmbedding] = await harmless.units([{ steering: [{ vector: embedding }], kl: null }])
    expect(atEmbedding?.ofNorm).toBeGreaterThan(0)
  })

  it('is nothing where a study names no harmless prompts', async () => {
    const plan = await planStudy({ study: 'demo', select: { rule: 'target-minus-control' } })
    const without = new Harmless(work, { ...plan, fit: { ...plan.fit, positive: [] } })
    expect(await without.texts()).toEqual([])
    await expect(without.kl([[]])).rejects.toMatchObject({
      code: 'invalid-input',
      fix: expect.stringContaining('target-minus-control'),
    })
    const [units] = await without.units([{ steering: [{ vector: vector(5) }], kl: null }])
    expect(units).toEqual({ added: 2, ofNorm: null, kl: null })
  })
})
