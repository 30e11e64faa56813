/** Training through the engine: what it promises is what the engine then computes. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openModel } from '../../src/engine/open.ts'
import type { Checkpoint, Model, Steering, TrainingSpec } from '../../src/engine/types.ts'
import type { PlimsollError } from '../../src/errors.ts'
import { writeTinyModel } from '../support/tiny-gguf.ts'

let folder: string
let model: Model
const layer = 1

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-train-'))
  model = await openTiny('llama')
})
afterAll(async () => {
  await model[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

async function openTiny(family: 'llama' | 'phi3' | 'qwen3moe', options = {}): Promise<Model> {
  const file = join(folder, `${family}.gguf`)
  writeTinyModel(file, { family })
  return await openModel(file, { threads: 1, cache: 'f32', flashAttention: 'off', ...options })
}

const examples = ['a house', 'the sea', 'a bird', 'the road', 'an apple'].map(prompt => ({
  prompt,
  target: 'yes, of course',
}))
const held = ['the moon', 'a tree'].map(prompt => ({ prompt, target: 'yes, of course' }))

function spec(more: Partial<TrainingSpec> = {}): TrainingSpec {
  return {
    layer,
    epochs: 6,
    batch: 2,
    learningRate: 0.05,
    edit: { kind: 'add', start: new Float64Array(model.info.width).fill(0.01) },
    ...more,
  }
}

/** The trained vector as the engine adds it. */
function added(parameters: Float64Array, at = layer): Steering {
  const scale = Math.hypot(...parameters)
  const unit = Float32Array.from(parameters, value => value / scale)
  return [{ vector: { edit: 'add', where: { layers: [at] }, directions: { [at]: { unit, scale } } }, strength: 1 }]
}

async function meanLoss(of: typeof held, steering?: Steering): Promise<number> {
  const scores = await model.score(
    of.map(({ prompt, target }) => ({ prompt, continuation: target })),
    { steering },
  )
  const sum = scores.reduce((total, { logLikelihood }) => total - logLikelihood, 0)
  return sum / scores.reduce((total, { tokens }) => total + tokens, 0)
}

describe('a vector', () => {
  test('makes held-out targets as likely in the engine as training said', async () => {
    const { parameters, losses, validation } = await model.train(examples, spec(), { validation: held })
    expect(losses).toHaveLength(18)
    expect(losses.at(-1)!).toBeLessThan(losses[0]! - 0.2)
    const [start = 0] = validation
    const best = Math.min(...validation)
    expect(best).toBeLessThan(start - 0.2)
    expect(await meanLoss(held, added(parameters))).toBeCloseTo(best, 4)
    expect(await meanLoss(held, added(new Float64Array(model.info.width).fill(0.01)))).toBeCloseTo(start, 4)
  })

  test('is the same from the same seed, and another from another', async () => {
    const trained = async (seed: number) => (await model.train(examples, spec({ epochs: 1 }), { seed })).parameters
    const first = await trained(1)
    expect(await trained(1)).toEqual(first)
    expect(await trained(2)).not.toEqual(first)
  })

  test('is trained at the embedding too', async () => {
    const { validation } = await model.train(examples, spec({ layer: -1 }), { validation: held })
    expect(Math.min(...validation)).toBeLessThan(validation[0]! - 0.1)
  })

  test('is trained at the last layer, where no block follows', async () => {
    const last = model.info.layers - 1
    const { validation, parameters } = await model.train(examples, spec({ layer: last }), { validation: held })
    expect(await meanLoss(held, added(parameters, last))).toBeCloseTo(Math.min(...validation), 4)
  })

  test('goes on from a checkpoint to the same end', async () => {
    const kept: Checkpoint[] = []
    const whole = await model.train(examples, spec(), { validation: held, onCheckpoint: at => kept.push(at) })
    expect(kept.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6])
    const rest = await model.train(examples, spec(), { validation: held, from: kept[2] })
    expect(rest).toEqual(whole)
  })

  test('of the best epoch is kept, and training ends when it gets no better', async () => {
    // What is trained for makes another answer less likely, sooner or later.
    const other = held.map(({ prompt }) => ({ prompt, target: 'Nothing 12345' }))
    const long = spec({ epochs: 40 })
    const { validation, ended, parameters } = await model.train(examples, long, { validation: other, patience: 2 })
    const best = validation.indexOf(Math.min(...validation))
    expect(ended).toBe('no longer better')
    expect(validation).toHaveLength(best + 3)
    expect(await meanLoss(other, added(parameters))).toBeCloseTo(validation[best]!, 3)
  })
})

test('reft-r1 lowers the loss and ends close to the sphere', async () => {
  const edit = {
    kind: 'reft-r1',
    start: new Float64Array(model.info.width).fill(0.01),
    top: 8,
    penalty: 0.005,
  } as const
  const { parameters, losses } = await model.train(examples, spec({ edit, learningRate: 0.02, epochs: 10 }))
  const mean = (part: readonly number[]) => part.reduce((sum, loss) => sum + loss, 0) / part.length
  expect(mean(losses.slice(-3))).toBeLessThan(mean(losses.slice(0, 3)))
  expect(Math.abs(Math.hypot(...parameters) - 1)).toBeLessThan(0.05)
})

test('several engines train as one', async () => {
  await using pooled = await openTiny('llama', { engines: 2 })
  const { losses } = await pooled.train(examples, spec({ epochs: 1 }), { threads: 1 })
  expect(losses).toEqual((await model.train(examples, spec({ epochs: 1 }))).losses)
})

test('tells how far it is', async () => {
  const told: string[] = []
  await model.train(examples, spec({ epochs: 1 }), {
    onProgress: ({ stage, done, total, detail = '' }) => told.push(`${stage} ${done}/${total} ${detail}`),
  })
  expect(told.filter(line => line.startsWith('capture'))).toHaveLength(5)
  expect(told.filter(line => line.startsWith('train'))).toHaveLength(3)
  expect(told.at(-1)).toMatch(/^train 3\/3 loss \d+\.\d{3}$/)
})

describe('what cannot be trained', () => {
  const refusal = async (call: () => Promise<unknown>): Promise<PlimsollError> => {
    try {
      await call()
    } catch (error) {
      return error as PlimsollError
    }
    throw new Error('it was trained')
  }

  test.each(['phi3', 'qwen3moe'] as const)('a family that was not proved: %s', async family => {
    await using other = await openTiny(family)
    const start = new Float64Array(other.info.width)
    const { code, found, fix } = await refusal(() => other.train(examples, spec({ edit: { kind: 'add', start } })))
    expect([code, found]).toEqual(['model-unsupported', `the family ${family}`])
    expect(fix).toContain('diffmean')
  })

  test('no examples, an empty target, a layer that does not exist, a vector of another width', async () => {
    expect((await refusal(() => model.train([], spec()))).code).toBe('invalid-input')
    const { where } = await refusal(() => model.train([examples[0]!, { prompt: 'a', target: '' }], spec()))
    expect(where).toBe('example 1')
    expect((await refusal(() => model.train(examples, spec({ layer: 99 })))).code).toBe('invalid-input')
    const start = new Float64Array(3)
    expect((await refusal(() => model.train(examples, spec({ edit: { kind: 'add', start } })))).found).toBe('3 values')
  })

  test('a rate that leaves the numbers', async () => {
    const { code, fix } = await refusal(() => model.train(examples, spec({ learningRate: Number.MAX_VALUE })))
    expect(code).toBe('invalid-input')
    expect(fix).toContain('learning rate')
  })

  test('what was cancelled; the next call works', async () => {
    const stop = new AbortController()
    const { code } = await refusal(() =>
      model.train(examples, spec({ epochs: 1e6 }), {
        signal: stop.signal,
        onProgress: ({ stage, done }) => stage === 'train' && done === 5 && stop.abort(),
      }),
    )
    expect(code).toBe('cancelled')
    expect((await model.generate(['hello'], { maxTokens: 2 }))[0]?.tokens).toHaveLength(2)
  })
})
