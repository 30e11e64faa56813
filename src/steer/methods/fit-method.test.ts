import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openReference, type ReferenceModel } from '../../../test/reference/model.ts'
import { writeTinyModel } from '../../../test/support/tiny-gguf.ts'
import { EMBEDDING } from '../../engine/select.ts'
import { dot } from '../algebra/vectors.ts'
import { directionAt } from '../index.ts'
import { fitDiffmean } from './diffmean.ts'
import {
  fitMethod,
  fitMethods,
  isFitMethod,
  isTrainedThrough,
  type MethodSpec,
  needsAutoencoder,
  parametersOf,
} from './fit-method.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-methods-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let model: ReferenceModel
beforeAll(async () => {
  writeTinyModel(join(folder, 'tiny.gguf'))
  model = await openReference(join(folder, 'tiny.gguf'))
})

const sides = { positive: ['hello', 'the wings', 'words here'], negative: ['another thing', 'a word', 'hat'] }
const control = { positive: ['and then', 'one'], negative: ['was here', 'other'] }
// The template's own tokens are the same in every prompt, so that the embedding differs at none of them.
const layers = [EMBEDDING, 1, 2]
const tokens = { phase: 'prompt' } as const
// Those that are trained through llama.cpp are in test/gradient, those of other edits in other-edits.test.ts, what reads
// through an autoencoder in sta.test.ts.
const names = fitMethods
  .filter(({ name, edit }) => edit === 'add' && !isTrainedThrough(name) && !needsAutoencoder(name))
  .map(({ name }) => name)
  .filter(isFitMethod)

const fitted = async (spec: MethodSpec, layer: number, seed = 1) =>
  directionAt((await fitMethod(model, spec, { seed })).get(layer)!, layer)!

describe.each(names)('%s', method => {
  const spec: MethodSpec = { method, ...sides, control, layers, tokens }

  it('gives a unit direction with its scale at every layer, the same each time', async () => {
    const [once, again] = [await fitMethod(model, spec, { seed: 3 }), await fitMethod(model, spec, { seed: 3 })]
    expect([...once.keys()]).toEqual(layers)
    expect(again).toEqual(once)
    for (const [layer, vector] of once) {
      const { unit, scale } = directionAt(vector, layer)!
      expect(dot(unit, unit)).toBeCloseTo(1, 5)
      expect(scale).toBeGreaterThan(0)
      expect(vector.edit).toBe('add')
    }
  })

  it('turns round when the sides change places', async () => {
    const turned = { ...spec, positive: spec.negative, negative: spec.positive }
    const [up, down] = [await fitted(spec, 2), await fitted(turned, 2)]
    // A probe starts from where its seed puts it, so that it turns round only so far.
    if (method === 'linear-probe') expect(dot(up.unit, down.unit)).toBeLessThan(0.9)
    else expect(dot(up.unit, down.unit)).toBeCloseTo(-1, 4)
  })

  it.each(['positive', 'negative'] as const)('refuses an empty %s side', async side => {
    await expect(fitMethod(model, { ...spec, [side]: [] })).rejects.toMatchObject({ code: 'invalid-input' })
  })
})

it.each(fitMethods)('$name is in the list with all that is said of a method', method => {
  const { name, formula, citation, needs, edit } = method
  expect(isFitMethod(name)).toBe(true)
  for (const text of [formula, citation, needs, edit]) expect(text.length).toBeGreaterThan(2)
})

it('a method that leaves something alone has to be told what', async () => {
  const spec: MethodSpec = { method: 'partial-or', ...sides, layers }
  await expect(fitMethod(model, spec)).rejects.toMatchObject({ code: 'invalid-input', message: /control/ })
  const empty = { ...spec, control: { positive: [], negative: ['a'] } }
  await expect(fitMethod(model, empty)).rejects.toMatchObject({ message: /control positive side .* empty/ })
})

it('partial-or is at right angles to the control difference, and DiffMean where nothing is taken away', async () => {
  const away = directionAt((await fitDiffmean(model, { ...control, layers, tokens })).get(2)!, 2)!
  const whole = await fitted({ method: 'partial-or', ...sides, control, layers, tokens }, 2)
  expect(dot(whole.unit, away.unit)).toBeCloseTo(0, 5)
  const nothing = await fitted({ method: 'partial-or', lambda: 0, ...sides, control, layers, tokens }, 2)
  const plain = directionAt((await fitDiffmean(model, { ...sides, layers, tokens })).get(2)!, 2)!
  expect(dot(nothing.unit, plain.unit)).toBeCloseTo(1, 5)
  expect(nothing.scale).toBeCloseTo(plain.scale, 5)
})

it('null-space leaves the protected states as they are, along what they have', async () => {
  const one = { positive: control.positive, negative: control.negative.slice(0, 1) }
  const spec: MethodSpec = { method: 'null-space', ...sides, control: one, layers: [2], tokens, ratio: 0.5 }
  const { unit } = await fitted(spec, 2)
  const captured = await model.capture(one.negative, { site: 'residual', layers: [2], tokens })
  const state = captured.states[0]![0]!
  expect(dot(unit, state) / Math.sqrt(dot(state, state))).toBeCloseTo(0, 5)
  await expect(fitMethod(model, { ...spec, ratio: 0 })).rejects.toMatchObject({ code: 'invalid-input' })
})

it('nothing is left of a difference that is the control’s own', async () => {
  const spec: MethodSpec = { method: 'partial-or', ...sides, control: sides, layers, tokens }
  await expect(fitMethod(model, spec)).rejects.toMatchObject({ code: 'invalid-input', found: 'norm 0' })
})

it('a constant state has no direction, and is told so', async () => {
  const same = { positive: ['hello', 'hello'], negative: ['hello', 'hello'] }
  for (const method of ['pca', 'linear-probe', 'partial-or', 'diffmean'] as const)
    await expect(fitMethod(model, { method, ...same, control, layers: [2] }), method).rejects.toMatchObject({
      code: 'invalid-input',
      found: expect.stringMatching(/norm/),
    })
})

it('writes down what it was told, and its defaults beside', () => {
  expect(parametersOf({ method: 'pca', ...sides, layers, centred: true })).toMatchObject({ centred: true })
  expect(parametersOf({ method: 'linear-probe', ...sides, layers, epochs: 3 })).toMatchObject({ epochs: 3, batch: 12 })
  expect(parametersOf({ method: 'partial-or', ...sides, layers })).toMatchObject({ lambda: 1 })
  const trained = parametersOf({ method: 'reft-r1', ...sides, layers, top: 4 })
  expect(trained).toMatchObject({ top: 4, penalty: 0.005, epochs: 3, tokens: { phase: 'all' } })
  const ends = { phase: 'prompt', ends: { first: 7, last: 5 } }
  expect(parametersOf({ method: 'loreft', ...sides, layers, first: 7 })).toMatchObject({ rank: 4, tokens: ends })
})
