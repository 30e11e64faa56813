/** Methods whose edit is not an addition at one layer, fitted on and applied to a tiny model. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openReference, type ReferenceModel } from '../../../test/reference/model.ts'
import { writeTinyModel } from '../../../test/support/tiny-gguf.ts'
import { plainTerms } from '../../engine/plain-terms.ts'
import { directionAt } from '../../engine/steering.ts'
import type { Steering } from '../../engine/types.ts'
import { dot, meanOf, norm } from '../algebra/vectors.ts'
import { layersIn } from '../layers.ts'
import type { FittedVector } from '../vector.ts'
import { bestThreshold } from './cast.ts'
import { fitMethod, type MethodSpec } from './fit-method.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-edits-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let model: ReferenceModel
beforeAll(async () => {
  writeTinyModel(join(folder, 'tiny.gguf'))
  model = await openReference(join(folder, 'tiny.gguf'))
})

const sides = {
  positive: ['hello', 'the wings', 'words here', 'a bird', 'sun and sea'],
  negative: ['another thing', 'a word', 'hat', 'no', 'it was not'],
}
const control = { positive: ['and then', 'one', 'over there'], negative: ['was here', 'other', 'never again'] }
const tokens = { phase: 'prompt' } as const
const layers = [2]

async function fitted(spec: MethodSpec): Promise<FittedVector> {
  const [vector] = (await fitMethod(model, spec, { seed: 3 })).values()
  if (vector === undefined) throw new Error('nothing was fitted')
  return vector
}

/** Mean state of a prompt's tokens at a place. */
async function states(
  prompts: readonly string[],
  site: 'residual' | 'mlp-norm' | 'head',
  layer: number,
  steering: Steering = [],
) {
  const { states: found } = await model.capture(
    prompts,
    { site, layers: [layer], tokens },
    { reduce: 'mean', steering },
  )
  return found.map(([row]) => row ?? new Float32Array())
}

describe('ace', () => {
  const spec: MethodSpec = { method: 'ace', ...sides, layers, tokens }

  it.each([
    [0, 'negative'],
    [1, 'positive'],
  ] as const)('at strength %s puts every state where the %s side is on average', async (strength, side) => {
    const vector = await fitted(spec)
    const { unit } = directionAt(vector, 2)!
    const expected = dot(meanOf(await states(sides[side], 'residual', 2)), unit)
    for (const row of await states([...sides.positive, ...sides.negative], 'residual', 2, [{ vector, strength }]))
      expect(dot(row, unit)).toBeCloseTo(expected, 3)
  })

  it('refuses sides that are alike', async () => {
    await expect(fitted({ ...spec, negative: sides.positive })).rejects.toMatchObject({ code: 'invalid-input' })
  })
})

describe('iti', () => {
  const spec: MethodSpec = { method: 'iti', ...sides, layers: [], share: 0.2, validation: 0.4 }

  it('moves its heads, each along its own mean difference by fifteen deviations', async () => {
    const vector = await fitted(spec)
    const parts = plainTerms([{ vector }])
    const heads = model.info.sites.find(({ site }) => site === 'head')!
    const chosen = Math.round(0.2 * heads.layers.length * heads.heads)
    expect(parts).toHaveLength(chosen)
    const [{ vector: part }] = parts as [(typeof parts)[number]]
    expect(part).toMatchObject({ edit: 'add', where: { site: 'head', tokens: { phase: 'all', last: 1 } } })
    const [layer] = layersIn(part as FittedVector, model.info.layers) as [number]
    const [head] = (part.where as { heads: number[] }).heads as [number]
    const read = async (prompts: readonly string[]) => {
      const where = { site: 'head', layers: [layer], heads: [head], tokens: { phase: 'prompt', last: 1 } } as const
      return (await model.capture(prompts, where)).states.map(([row]) => row!)
    }
    const [up, down] = [await read(sides.positive), await read(sides.negative)]
    const w = meanOf(up).map((value, i) => value - meanOf(down)[i]!)
    const direction = directionAt(part, layer)!
    expect(dot(direction.unit, w) / norm(w)).toBeCloseTo(1, 5)
    const along = [...up, ...down].map(row => dot(row, direction.unit))
    const mean = along.reduce((sum, value) => sum + value, 0) / along.length
    const deviation = Math.sqrt(along.reduce((sum, value) => sum + (value - mean) ** 2, 0) / along.length)
    expect(direction.scale).toBeCloseTo(15 * deviation, 4)
  })

  it('says where there are too few prompts to rank by', async () => {
    const few = { ...spec, positive: ['hello'], negative: ['no'] }
    await expect(fitted(few)).rejects.toMatchObject({ code: 'invalid-input', message: /too few prompts/ })
  })
})

describe('angular', () => {
  const spec: MethodSpec = { method: 'angular', ...sides, layers, tokens }

  it('turns both norms’ outputs half round at strength 4, and keeps their length', async () => {
    const vector = await fitted({ ...spec, adaptive: false })
    const [first] = plainTerms([{ vector }])
    const { unit } = directionAt(first!.vector, 1)!
    const where = { site: 'attention-norm', layers: [0], tokens } as const
    const read = async (steering: Steering) =>
      (await model.capture(['the wings'], where, { reduce: 'none', steering })).states[0]![0]!
    const [before, after] = [await read([]), await read([{ vector, strength: 4 }])]
    const { width } = model.info
    for (let row = 0; row < before.length; row += width) {
      const [was, is] = [before.subarray(row, row + width), after.subarray(row, row + width)]
      expect(norm(is)).toBeCloseTo(norm(was), 3)
      // At half a turn all of what lies in the plane points away from b₁.
      expect(dot(is, unit)).toBeLessThanOrEqual(-Math.abs(dot(was, unit)) + 1e-4)
    }
  })

  it('points from the positives to the negatives', async () => {
    const vector = await fitted(spec)
    const [, second] = plainTerms([{ vector }])
    const { unit } = directionAt(second!.vector, 2)!
    const at = async (prompts: readonly string[]) => dot(meanOf(await states(prompts, 'mlp-norm', 2)), unit)
    expect(await at(sides.negative)).toBeGreaterThan(await at(sides.positive))
  })

  it('by default turns only what lies along it', async () => {
    const [all, some] = [await fitted({ ...spec, adaptive: false }), await fitted(spec)]
    expect(plainTerms([{ vector: some }]).map(({ vector }) => vector)).toMatchObject([
      { only: 'positive' },
      { only: 'positive' },
    ])
    expect(plainTerms([{ vector: all }]).map(({ vector }) => 'only' in vector)).toEqual([false, false])
  })

  it('selective: only layers whose sides lie on two sides', async () => {
    const from = { ...spec, layers: [0] }
    const all = await fitted(from)
    const b1 = directionAt(plainTerms([{ vector: all }])[1]!.vector, 2)!.unit
    const divided: number[] = []
    for (let layer = 0; layer < model.info.layers; layer++) {
      const at = async (prompts: readonly string[]) => dot(meanOf(await states(prompts, 'mlp-norm', layer)), b1)
      if ((await at(sides.positive)) * (await at(sides.negative)) < 0) divided.push(layer)
    }
    const selective = await fitted({ ...from, selective: true })
    const part = plainTerms([{ vector: selective }]).find(({ vector }) => Object(vector).where.site === 'mlp-norm')
    expect(part === undefined ? [] : Object(part.vector).where.layers).toEqual(divided)
    expect(divided.length).toBeLessThan(model.info.layers)
  })

  it('takes no direction from the embedding', async () => {
    await expect(fitted({ ...spec, layers: [-1] })).rejects.toMatchObject({ code: 'invalid-input' })
  })
})

describe('cast', () => {
  const spec: MethodSpec = { method: 'cast', ...sides, control, layers, tokens }

  it('steers under prompts of the contrast and the control’s positives rather than under its negatives', async () => {
    const vector = await fitted(spec)
    const fires = async (prompts: readonly string[]) => {
      const answers = await model.generate(prompts, { steering: [{ vector }], maxTokens: 1 })
      return answers.filter(({ trace }) => trace?.gates?.[0]?.open).length / prompts.length
    }
    // As many as are to be left alone, evenly of those to be steered.
    const asked = [sides.positive[0]!, sides.positive[4]!, sides.negative[3]!]
    expect(await fires(asked)).toBeGreaterThan(await fires(control.negative))
    expect(await fires(asked)).toBeGreaterThan(0.6)
  })

  it('leaves what is to be left alone out of what is to be steered', async () => {
    const same = { ...spec, negative: control.negative }
    expect(await fitted(same)).toMatchObject({ edit: 'compound' })
    const none = { positive: control.negative.slice(0, 1), negative: control.negative }
    await expect(fitted({ ...spec, ...none, control: none })).rejects.toMatchObject({ code: 'invalid-input' })
  })

  it('decides below the layer that it steers', async () => {
    const [{ gates = [] }] = plainTerms([{ vector: await fitted(spec) }]) as [ReturnType<typeof plainTerms>[number]]
    expect(gates).toMatchObject([{ kind: 'condition', pass: 'later-layers' }])
    expect(Object(gates[0]).where.layers[0]).toBeLessThan(2)
    await expect(fitted({ ...spec, layers: [0] })).rejects.toMatchObject({ code: 'invalid-input', message: /below/ })
  })

  it('finds no threshold where nothing tells the sides apart', () => {
    expect(bestThreshold([0.25, 0.25], [0.25])).toBeNull()
    expect(bestThreshold([0.5], [0.25])).toEqual({ threshold: 0.375, open: 'above', f1: 1 })
  })

  it('refuses a fit without control prompts', async () => {
    const { control: _, ...without } = spec
    await expect(fitted(without)).rejects.toMatchObject({ code: 'invalid-input', message: /control/ })
  })
})
