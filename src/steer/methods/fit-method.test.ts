import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openReference, type ReferenceModel } from '../../../test/reference/model.ts'
import { writeTinyModel } from '../../../test/support/tiny-gguf.ts'
import { EMBEDDING } from '../../engine/place.ts'
import { plainTerms } from '../../engine/plain-terms.ts'
import type { Direction } from '../../engine/types.ts'
import { dot } from '../algebra/vectors.ts'
import { directionAt, type FittedVector, layersIn } from '../index.ts'
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
import type { TokensSaid } from './tokens.ts'

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
  firstDirection((await fitMethod(model, spec, { seed })).get(layer)!)

/** Of a compound that of its first part. */
function firstDirection(vector: FittedVector): Direction {
  const [part] = plainTerms([{ vector }])
  const [direction] = [EMBEDDING, 0, 1, 2].flatMap(layer => directionAt(part!.vector, layer) ?? [])
  return direction!
}

describe.each(names)('%s', method => {
  const spec: MethodSpec = { method, ...sides, control, layers, tokens }

  it('gives a unit direction with its scale at every layer, the same each time', async () => {
    const [once, again] = [await fitMethod(model, spec, { seed: 3 }), await fitMethod(model, spec, { seed: 3 })]
    expect([...once.keys()]).toEqual(layers)
    expect(again).toEqual(once)
    for (const [layer, vector] of once) {
      const { unit, scale } = firstDirection(vector)
      expect(dot(unit, unit)).toBeCloseTo(1, 5)
      expect(scale).toBeGreaterThan(0)
      expect(vector.edit).toBe('add')
      expect(layersIn(vector, 4)).toEqual([layer])
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

describe('tokens', () => {
  const read = (said: TokensSaid | undefined) => fitted({ method: 'diffmean', ...sides, layers: [2], tokens: said }, 2)

  it('are told by a word or by the clause that it stands for', async () => {
    expect(await read('last')).toEqual(await read({ phase: 'prompt', last: 1 }))
    expect(await read('prompt')).toEqual(await read({ phase: 'prompt' }))
    expect(await read('template-suffix')).toEqual(await read(undefined))
    expect((await read('last')).unit).not.toEqual((await read('prompt')).unit)
  })

  it('of answers are those given, or else what the model writes', async () => {
    const answers = { positive: ['yes', 'of course', 'gladly'], negative: ['no', 'never', 'not that'] }
    for (const method of ['diffmean', 'pca'] as const) {
      const spec: MethodSpec = { method, ...sides, layers: [2], tokens: 'answer' }
      const given = await fitted({ ...spec, answers }, 2)
      expect(given.unit, method).not.toEqual((await fitted(spec, 2)).unit)
      const written = await model.generate(sides.positive, { maxTokens: 32 })
      const own = { positive: written.map(({ text }) => text), negative: [null, null, null] }
      expect(await fitted({ ...spec, answers: own }, 2), method).toEqual(await fitted(spec, 2))
    }
    const mean = async (prompt: string, continuation: string) => {
      const where = { layers: [2], tokens: { phase: 'generated' } } as const
      return (await model.capture([{ prompt, continuation }], where)).states[0]![0]!
    }
    const one = { positive: ['hello'], negative: ['hat'] }
    const told = { positive: ['yes'], negative: ['never'] }
    const { unit, scale } = await fitted(
      { method: 'diffmean', ...one, answers: told, layers: [2], tokens: 'answer' },
      2,
    )
    const [up, down] = [await mean('hello', 'yes'), await mean('hat', 'never')]
    for (const [i, value] of unit.entries()) expect(scale * value).toBeCloseTo(up[i]! - down[i]!, 4)
  })

  it.each(['pca', 'cast'] as const)('of answers are read pair by pair: %s', async method => {
    const [positive, negative] = [
      ['hello', 'the wings', 'a word'],
      ['hat', 'another thing', 'words here'],
    ]
    const told = { positive: ['yes', '', 'indeed'], negative: ['never', 'no', ' no way'] }
    const rest = { method, control, layers: [2], tokens: 'answer' } as const
    const whole = { positive: ['hello', 'a word'], negative: ['hat', 'words here'] }
    const answers = { positive: ['yes', 'indeed'], negative: ['never', ' no way'] }
    const behaviour = (made: Awaited<ReturnType<typeof fitMethod>>) => {
      const vector = made.get(2)
      // The condition of `cast` is made of all prompts, answered or not.
      return vector?.edit === 'compound' ? { ...vector.terms[0], gates: [] } : vector
    }
    expect(behaviour(await fitMethod(model, { ...rest, positive, negative, answers: told }))).toEqual(
      behaviour(await fitMethod(model, { ...rest, ...whole, answers })),
    )
    const apart = { positive: ['', 'yes', ''], negative: ['no', '', 'no'] }
    await expect(fitMethod(model, { ...rest, positive, negative, answers: apart })).rejects.toMatchObject({
      code: 'invalid-input',
      found: expect.stringContaining('3 pairs'),
    })
  })

  it('of answers are none where nothing is answered', async () => {
    const answers = { positive: ['', ' ', ''], negative: ['no', 'never', 'not that'] }
    const spec: MethodSpec = { method: 'pca', ...sides, answers, layers: [2], tokens: 'answer' }
    await expect(fitMethod(model, spec)).rejects.toMatchObject({ code: 'invalid-input', message: /no answer to read/ })
  })
})

it.each(['diffmean', 'partial-or', 'null-space', 'ace', 'angular', 'ablation'] as const)(
  '%s weighs by prompt or by token',
  async method => {
    const long = { ...sides, positive: ['hello', 'a very long and winding thing with many words', 'hat'] }
    const weighed = (weighting: 'prompt' | 'token', told: TokensSaid) =>
      fitted({ method, ...long, control, layers: [2], tokens: told, weighting }, 2)
    const [prompt, token] = [await weighed('prompt', tokens), await weighed('token', tokens)]
    expect(dot(prompt.unit, token.unit)).toBeLessThan(0.9999)
    // With as many tokens in each prompt there is nothing to weigh.
    const two = { phase: 'prompt', last: 2 } as const
    const [a, b] = [await weighed('prompt', two), await weighed('token', two)]
    expect(dot(a.unit, b.unit)).toBeCloseTo(1, 5)
  },
)

describe('what is taken away', () => {
  const along = async (vector: FittedVector, unit: Float32Array, site: 'attention' | 'residual', layers: number[]) => {
    const where = { site, layers, tokens: { phase: 'prompt' } } as const
    const { states } = await model.capture(['words of another kind'], where, { steering: [{ vector }], reduce: 'none' })
    return states[0]!.map(rows => Math.abs(dot(rows.subarray(0, unit.length), unit)))
  }

  it('is gone from the embedding on with ablation, from what attention adds too', async () => {
    const vector = (await fitMethod(model, { method: 'ablation', ...sides, layers: [2], tokens })).get(2)!
    const { unit } = firstDirection(vector)
    expect(layersIn(vector, 4)).toEqual([EMBEDDING, 0, 1, 2, 3])
    for (const site of ['residual', 'attention'] as const)
      for (const left of await along(vector, unit, site, [0, 1, 2])) expect(left, site).toBeLessThan(1e-4)
  })

  it('is gone from the layer on at which partial-or read it, and there below', async () => {
    const spec: MethodSpec = { method: 'partial-or', ...sides, control, layers: [1], tokens }
    const vector = (await fitMethod(model, { ...spec, edit: 'ablate' })).get(1)!
    const { unit } = firstDirection(vector)
    expect(unit).toEqual((await fitted(spec, 1)).unit)
    expect(layersIn(vector, 4)).toEqual([1, 2, 3])
    const [below, at, behind] = await along(vector, unit, 'residual', [0, 1, 2])
    expect(below).toBeGreaterThan(1e-3)
    expect(Math.max(at!, behind!)).toBeLessThan(1e-4)
    // Ablation knows no sign.
    const turned = { ...spec, positive: spec.negative, negative: spec.positive }
    const other = (
      await fitMethod(model, {
        ...turned,
        control: { positive: control.negative, negative: control.positive },
        edit: 'ablate',
      })
    ).get(1)!
    const [first, second] = [vector, other].map(one =>
      model.firstToken(['hello there'], [1, 2, 3], { steering: [{ vector: one }] }),
    )
    for (const [i, value] of (await first!)[0]!.entries()) expect((await second!)[0]![i]).toBeCloseTo(value, 4)
  })
})
