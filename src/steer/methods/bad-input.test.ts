/** What every method does with rows that nothing can be learned from: a clear error, never a vector without sense. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeNaNModel } from '../../../test/support/nan-model.ts'
import { writeRandomAutoencoder } from '../../../test/support/random-autoencoder.ts'
import { writeTinyModel } from '../../../test/support/tiny-gguf.ts'
import { openModel } from '../../engine/open.ts'
import { EMBEDDING } from '../../engine/place.ts'
import type { Model } from '../../engine/types.ts'
import {
  choosesLayers,
  fitMethod,
  fitMethods,
  isFitMethod,
  isTrainedThrough,
  type MethodSpec,
  needsAutoencoder,
  needsControl,
  parameterNames,
} from './fit-method.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-bad-input-'))
let model: Model
/** Its token `~` is no number. */
let spoilt: Model
beforeAll(async () => {
  writeTinyModel(join(folder, 'tiny.gguf'))
  await writeNaNModel(join(folder, 'spoilt.gguf'))
  writeRandomAutoencoder(join(folder, 'autoencoder.safetensors'), 48)
  model = await openModel(join(folder, 'tiny.gguf'), { threads: 1 })
  spoilt = await openModel(join(folder, 'spoilt.gguf'), { threads: 1 })
})
afterAll(async () => {
  await model[Symbol.asyncDispose]()
  await spoilt[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const prompts = ['hello', 'the wings', 'words here', 'another thing', 'a word', 'hat']
const [up, down] = [prompts.slice(0, 3), prompts.slice(3)]
const control = { positive: ['and then', 'one'], negative: ['was here', 'other'] }
const answersTo = ({ positive, negative }: { positive: readonly string[]; negative: readonly string[] }) => ({
  positive: positive.map(() => 'yes'),
  negative: negative.map(() => 'no'),
})

/** Whether a fit holds anything that is no number. */
function hasNaN(value: unknown): boolean {
  if (value instanceof Float32Array) return value.some(Number.isNaN)
  if (typeof value === 'number') return Number.isNaN(value)
  return typeof value === 'object' && value !== null && Object.values(value).some(hasNaN)
}

const methods = fitMethods.map(({ name }) => name).filter(isFitMethod)

describe.each(methods)('%s', method => {
  const spec = (sides: { positive: readonly string[]; negative: readonly string[] }, layer = 1): MethodSpec => {
    const tokens = isTrainedThrough(method) ? undefined : ({ phase: 'prompt' } as const)
    const named = needsAutoencoder(method) ? { autoencoder: join(folder, 'autoencoder.safetensors') } : {}
    return { method, ...sides, control, answers: answersTo(sides), layers: [layer], tokens, ...named }
  }

  it('fits what it can be fitted on', async () => {
    const fitted = await fitMethod(model, spec({ positive: up, negative: down }), { seed: 1 })
    expect(fitted.size).toBe(1)
    expect(hasNaN([...fitted])).toBe(false)
  })

  it.each([
    ['an empty set', { positive: [], negative: [] }],
    ['positives alone', { positive: up, negative: [] }],
    ['negatives alone', { positive: [], negative: down }],
  ])('refuses %s', async (_, sides) => {
    await expect(fitMethod(model, spec(sides), { seed: 1 })).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringMatching(/side .* is empty/),
      fix: expect.stringMatching(/./),
    })
  })

  it('fits a single pair, or says that it is too little', async () => {
    const one = spec({ positive: up.slice(0, 1), negative: down.slice(0, 1) })
    const fitting = fitMethod(model, one, { seed: 1 })
    if (method === 'iti') return expect(fitting).rejects.toMatchObject({ message: /too few prompts/ })
    expect(hasNaN([...(await fitting)])).toBe(false)
  })

  // What is trained learns answers, and these differ.
  it.skipIf(isTrainedThrough(method)).each([
    ['pairs that are identical', { positive: up, negative: up }],
    ['the same rows in another order', { positive: up, negative: up.toReversed() }],
    ['one prompt for all', { positive: ['hat', 'hat', 'hat'], negative: ['hat', 'hat', 'hat', 'hat'] }],
  ])('refuses %s', async (_, sides) => {
    await expect(fitMethod(model, spec(sides), { seed: 1 })).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringMatching(/no direction|are alike|No head tells the sides apart|keeps no latent/),
      fix: expect.stringMatching(/^Give .* prompts/),
    })
  })

  // Heads of all layers are looked at by a method that chooses its own.
  it.skipIf(isTrainedThrough(method) || choosesLayers(method))(
    'refuses an activation that is the same in every prompt',
    async () => {
      // The template's tokens are the same ones, and no block has read anything yet.
      const constant: MethodSpec = { ...spec({ positive: up, negative: down }, EMBEDDING), tokens: 'template-suffix' }
      await expect(fitMethod(model, constant, { seed: 1 })).rejects.toMatchObject({ code: 'invalid-input' })
    },
  )

  it('refuses states that are no numbers', async () => {
    const sides = { positive: [...up, 'a ~ here'], negative: down }
    await expect(fitMethod(spoilt, spec(sides), { seed: 1 })).rejects.toMatchObject({
      code: 'invalid-input',
      ...(!isTrainedThrough(method) && { found: expect.stringMatching(/^prompt 3, layer \d$/) }),
    })
  })

  it.runIf(needsControl(method))('refuses states of the control that are no numbers', async () => {
    const told = { ...spec({ positive: up, negative: down }), control: { ...control, negative: ['was ~', 'other'] } }
    await expect(fitMethod(spoilt, told, { seed: 1 })).rejects.toMatchObject({
      found: expect.stringMatching(/^prompt 0, layer \d$/),
    })
  })

  it('refuses a learning that ends nowhere, or learns nothing', async () => {
    if (!parameterNames(method).includes('learningRate')) return
    const fast = { ...spec({ positive: up, negative: down }), learningRate: 1e300 }
    await expect(fitMethod(model, fast, { seed: 1 })).rejects.toMatchObject({ code: 'invalid-input' })
  })

  it('refuses tokens that no prompt has', async () => {
    const none: MethodSpec = { ...spec({ positive: up, negative: down }), tokens: { phase: 'prompt', part: 'system' } }
    await expect(fitMethod(model, none, { seed: 1 })).rejects.toMatchObject({ code: 'nothing-selected' })
  })
})
