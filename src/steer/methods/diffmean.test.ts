import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openReference, type ReferenceModel } from '../../../test/reference/model.ts'
import { writeTinyModel } from '../../../test/support/tiny-gguf.ts'
import { EMBEDDING } from '../../engine/place.ts'
import type { Prompt } from '../../engine/types.ts'
import type { Where } from '../../engine/where.ts'
import { directionAt } from '../index.ts'
import { type DiffmeanSpec, fitDiffmean } from './diffmean.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-diffmean-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let model: ReferenceModel
beforeAll(async () => {
  writeTinyModel(join(folder, 'tiny.gguf'))
  model = await openReference(join(folder, 'tiny.gguf'))
})

const positive = ['hello', 'and then the other one was here', 'wings in a hat']
const negative = ['another thing entirely', 'words']
const prompt = { phase: 'prompt' } as const
const suffix = { phase: 'prompt', part: 'template-suffix' } as const

/** Every state of the selected tokens, one list per prompt. */
async function states(prompts: readonly Prompt[], layer: number, tokens: Where['tokens']): Promise<number[][][]> {
  const where: Where =
    layer === EMBEDDING ? { site: 'embedding', layers: 'all', tokens } : { site: 'residual', layers: [layer], tokens }
  const captured = await model.capture(prompts, where, { reduce: 'none' })
  return captured.states.map(([rows]) =>
    Array.from({ length: rows!.length / captured.width }, (_, i) => [
      ...rows!.subarray(i * captured.width, (i + 1) * captured.width),
    ]),
  )
}

const meanOf = (rows: readonly (readonly number[])[]) =>
  rows[0]!.map((_, i) => rows.reduce((sum, row) => sum + row[i]!, 0) / rows.length)

async function expected(layer: number, tokens: Where['tokens'], weighting: 'prompt' | 'token'): Promise<number[]> {
  const side = async (prompts: readonly Prompt[]) => {
    const rows = await states(prompts, layer, tokens)
    return meanOf(weighting === 'prompt' ? rows.map(meanOf) : rows.flat())
  }
  const [up, down] = [await side(positive), await side(negative)]
  return up.map((value, i) => value - down[i]!)
}

async function fitted(layer: number, rest: Partial<DiffmeanSpec> = {}): Promise<number[]> {
  const vectors = await fitDiffmean(model, { positive, negative, layers: [layer], ...rest })
  const { unit, scale } = directionAt(vectors.get(layer)!, layer)!
  expect(Math.hypot(...unit)).toBeCloseTo(1, 6)
  expect(scale).toBeGreaterThan(0)
  return [...unit].map(value => value * scale)
}

function expectClose(found: readonly number[], wanted: readonly number[]) {
  const size = Math.hypot(...wanted)
  expect(found).toHaveLength(wanted.length)
  for (const [i, value] of wanted.entries()) expect(Math.abs(found[i]! - value) / size).toBeLessThan(1e-5)
}

describe('diffmean', () => {
  it.each([
    [EMBEDDING, 'prompt', prompt],
    [0, 'prompt', prompt],
    [2, 'prompt', prompt],
    [2, 'token', prompt],
    [3, 'token', { phase: 'prompt', last: 3 }],
    [3, 'prompt', suffix],
  ] as const)('at layer %i, weighted by %s, is mean(h⁺) − mean(h⁻) of %j', async (layer, weighting, tokens) => {
    expectClose(await fitted(layer, { tokens, weighting }), await expected(layer, tokens, weighting))
  })

  it('reads the tokens of the template and weighs by prompt unless told otherwise', async () => {
    expectClose(await fitted(2), await expected(2, suffix, 'prompt'))
  })

  it('tells weighting by prompt from weighting by token', async () => {
    const [byPrompt, byToken] = [await expected(2, prompt, 'prompt'), await expected(2, prompt, 'token')]
    expect(Math.hypot(...byPrompt.map((value, i) => value - byToken[i]!))).toBeGreaterThan(
      0.01 * Math.hypot(...byPrompt),
    )
  })

  it('points from the negatives to the positives', async () => {
    const there = await fitted(2)
    const back = await fitted(2, { positive: negative, negative: positive })
    expectClose(
      back.map(value => -value),
      there,
    )
  })

  it('fits several layers, the embedding among them, as it fits each alone', async () => {
    const layers = [3, EMBEDDING, 1]
    const vectors = await fitDiffmean(model, { positive, negative, layers, tokens: prompt })
    expect([...vectors.keys()]).toEqual(layers)
    for (const layer of layers) {
      const vector = vectors.get(layer)!
      const { unit, scale } = directionAt(vector, layer)!
      expectClose(
        [...unit].map(value => value * scale),
        await fitted(layer, { tokens: prompt }),
      )
      expect(vector.edit).toBe('add')
      expect(vector.where).toEqual(
        layer === EMBEDDING
          ? { site: 'embedding', layers: 'all', tokens: { phase: 'all' } }
          : { site: 'residual', layers: [layer], tokens: { phase: 'all' } },
      )
    }
  })

  it('moves a state from one mean to the other at strength 1', async () => {
    const vectors = await fitDiffmean(model, { positive, negative, layers: [1] })
    const where: Where = { site: 'residual', layers: [1], tokens: suffix }
    const plain = await model.capture(negative, where)
    const steered = await model.capture(negative, where, { steering: [{ vector: vectors.get(1)! }] })
    const mean = (side: typeof plain) => meanOf(side.states.map(([state]) => [...state!]))
    const wanted = await model.capture(positive, where)
    expectClose(mean(steered), mean(wanted))
    expect(mean(steered)).not.toEqual(mean(plain))
  })

  it.each([
    ['positive', { positive: [] }],
    ['negative', { negative: [] }],
  ])('refuses an empty %s side', async (side, rest) => {
    await expect(fitted(2, rest)).rejects.toMatchObject({
      code: 'invalid-input',
      message: `The ${side} side of the contrast set is empty`,
    })
  })

  it('refuses two sides that are the same, in whatever order', async () => {
    const message = 'The mean difference at layer 2 has no direction'
    for (const weighting of ['prompt', 'token'] as const) {
      const same = { negative: positive, tokens: prompt, weighting }
      await expect(fitted(2, same)).rejects.toMatchObject({ code: 'invalid-input', message })
      const turned = { ...same, negative: [positive[1]!, positive[2]!, positive[0]!] }
      await expect(fitted(2, turned)).rejects.toMatchObject({ code: 'invalid-input', message })
    }
    // With a causal model the first token of every prompt under one template is the same, too.
    await expect(fitted(2, { tokens: { phase: 'prompt', first: 1 } })).rejects.toMatchObject({ code: 'invalid-input' })
  })

  it('refuses a layer that the model does not have', async () => {
    await expect(fitted(4)).rejects.toMatchObject({ code: 'invalid-input' })
  })

  it('stops when cancelled', async () => {
    const signal = AbortSignal.abort()
    const call = fitDiffmean(model, { positive, negative, layers: [2] }, { signal })
    await expect(call).rejects.toMatchObject({ code: 'cancelled' })
  })
})
