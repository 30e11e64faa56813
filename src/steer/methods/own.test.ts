import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openReference, type ReferenceModel } from '../../../test/reference/model.ts'
import { writeTinyModel } from '../../../test/support/tiny-gguf.ts'
import { directionAt } from '../index.ts'
import { meanDifference } from './contrast.ts'
import { fitDiffmean } from './diffmean.ts'
import { defineMethod, fitOwn, loadMethod } from './own.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-own-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let model: ReferenceModel
beforeAll(async () => {
  writeTinyModel(join(folder, 'tiny.gguf'))
  model = await openReference(join(folder, 'tiny.gguf'))
})

const rows = { positive: ['hello', 'the wings'], negative: ['a word', 'hat'], layers: [1, 2] }

describe('a method of one’s own', () => {
  it('is what it computes, at every layer', async () => {
    const method = defineMethod({
      name: 'mine',
      formula: 'w = mean(h⁺) − mean(h⁻)',
      direction: ({ target }) => meanDifference(target),
    })
    const [mine, known] = [await fitOwn(model, method, { ...rows, parameters: {} }), await fitDiffmean(model, rows)]
    for (const layer of rows.layers)
      expect(directionAt(mine.get(layer)!, layer)).toEqual(directionAt(known.get(layer)!, layer))
  })

  it('is told layer, parameters and random numbers of the seed', async () => {
    const seen: unknown[] = []
    const method = defineMethod({
      name: 'mine',
      formula: 'noise',
      defaults: { size: 2, loud: false },
      direction: (_, { layer, parameters, random }) => {
        seen.push([layer, parameters])
        return Float32Array.from({ length: model.info.width }, () => random.next() - 0.5)
      },
    })
    const fitted = (seed: number) => fitOwn(model, method, { ...rows, parameters: { size: 3 } }, { seed })
    const first = await fitted(1)
    expect(seen).toEqual([1, 2].map(layer => [layer, { size: 3, loud: false }]))
    expect(await fitted(1)).toEqual(first)
    expect(await fitted(2)).not.toEqual(first)
  })

  it.each([
    ['of another width', () => [1, 2], /2 values at layer 1/],
    ['that is no number', () => new Float64Array(model.info.width).fill(Number.NaN), /norm NaN/],
    ['of nothing', () => new Float64Array(model.info.width), /norm 0/],
  ] as const)('cannot make a vector %s', async (_, direction, found) => {
    const method = defineMethod({ name: 'mine', formula: '?', direction })
    await expect(fitOwn(model, method, { ...rows, parameters: {} })).rejects.toMatchObject({
      code: 'invalid-input',
      found: expect.stringMatching(found),
    })
  })

  it('refuses a parameter that it has not', () => {
    const method = defineMethod({ name: 'mine', formula: '?', defaults: { size: 1 }, direction: () => [] })
    expect(() => fitOwn(model, method, { ...rows, parameters: { sise: 2 } })).toThrow('mine has no parameter sise')
  })
})

describe('the module of a method', () => {
  it.each([
    ['export const x = 1', 'no default export'],
    ['export default { name: "a" }', 'a default export of another form'],
  ])('%s is none', async (text, found) => {
    const file = join(folder, `${found.length}.mjs`)
    writeFileSync(file, text)
    await expect(loadMethod(file)).rejects.toMatchObject({ code: 'invalid-input', found, where: file })
  })

  it('that is not there, or does not run, is told so', async () => {
    await expect(loadMethod(join(folder, 'nowhere.ts'))).rejects.toMatchObject({ code: 'not-found' })
    const file = join(folder, 'broken.mjs')
    writeFileSync(file, 'throw new Error("not today")')
    await expect(loadMethod(file)).rejects.toMatchObject({ code: 'not-found', found: 'not today' })
  })
})
