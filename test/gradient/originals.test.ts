/** Trained vectors against AxBench's own modules on the same model (oracle/methods/trained.py). */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openModel } from '../../src/engine/open.ts'
import type { Model, TrainableSpec } from '../../src/engine/types.ts'
import { writeTinyModel } from '../support/tiny-gguf.ts'
import { exampleTokens, rawExamples } from '../support/trained-examples.ts'
import trained from './trained.json' with { type: 'json' }

let folder: string
let model: Model
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-axbench-'))
  const file = join(folder, 'tiny.gguf')
  writeTinyModel(file)
  model = await openModel(file, { threads: 1, cache: 'f32', flashAttention: 'off' })
})
afterAll(async () => {
  await model[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

test('the examples have the tokens that the originals were given', async () => {
  expect(await exampleTokens(model)).toEqual(trained.examples)
})

describe.each(['ssv', 'reft-r1'] as const)('%s', method => {
  const { losses, weight, learningRate } = trained[method]
  const { layer, steps, top, penalty } = trained

  test('learns as AxBench does: the loss at every step, and the vector', async () => {
    const start = new Float64Array(model.info.width).fill(0.01)
    const edit: TrainableSpec = method === 'ssv' ? { kind: 'add', start } : { kind: 'reft-r1', start, top, penalty }
    // All examples in one step, so that their order decides nothing.
    const settings = { layer, epochs: steps, batch: rawExamples.length, learningRate }
    const found = await model.train(rawExamples, { ...settings, edit })
    expect(found.losses).toHaveLength(losses.length)
    for (const [step, loss] of losses.entries()) expect(found.losses[step]! / loss).toBeCloseTo(1, 4)
    expect(cosine(found.parameters, weight)).toBeGreaterThan(0.9999)
    expect(Math.hypot(...found.parameters) / Math.hypot(...weight)).toBeCloseTo(1, 3)
  })
})

function cosine(a: Float64Array, b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0) / (Math.hypot(...a) * Math.hypot(...b))
}
