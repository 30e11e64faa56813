/**
 * Numbers that are none, made by the model itself: one token's embedding is NaN. What that leaves in the cache spoils
 * every later answer in its stream, or in one stream with it everybody's, unless it is healed.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openModel } from '../../src/engine/open.ts'
import type { Model, OpenOptions, Request } from '../../src/engine/types.ts'
import { writeNaNModel } from '../support/nan-model.ts'
import { PROMPTS, steer } from './contract/subject.ts'
import { failureOf } from './failures/failure.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-nan-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function modelWithNaN(name: string): Promise<string> {
  const file = join(folder, name)
  await writeNaNModel(file)
  return file
}

const spoilt = 'this is ~ not a number, and longer than what comes after it in the same stream'
const steering = steer('add', { layers: [1] })
const good = Array.from(
  { length: 14 },
  (_, i): Request => ({
    prompt: `${PROMPTS[i % PROMPTS.length]} ${i}`,
    steering: i % 3 === 0 ? steering : undefined,
    maxTokens: 3 + ((i * 5) % 11),
  }),
)
/** The spoilt ones at places 1, 4, 7 … */
const mixed = good.flatMap((request, i) => (i % 2 === 0 ? [request, { prompt: spoilt, maxTokens: 8 }] : [request]))
const preamble = 'once upon a time there was a fox who told everybody what they wanted to hear, and it was asked: '

const settings: readonly OpenOptions[] = [
  { cache: 'f32', flashAttention: 'off' },
  { cache: 'f16', flashAttention: 'auto' },
  { cache: 'f32', flashAttention: 'off', batching: 'together' },
]
describe.each(settings)('%j', options => {
  let model: Model
  beforeAll(async () => {
    model = await openModel(await modelWithNaN(`${JSON.stringify(options).length}.gguf`), { ...options, threads: 1 })
  })
  afterAll(() => model[Symbol.asyncDispose]())

  test.each([1, 2, 5, 16])('each fails alone, and its sequence is fit for the next (%d slots)', async slots => {
    const alone = await model.generate(good, { slots })
    const answers = await model.generate(mixed, { slots, failures: 'return' })
    expect(answers.filter(({ finish }) => finish !== 'failed').map(({ tokens }) => tokens)).toEqual(
      alone.map(({ tokens }) => tokens),
    )
    expect(answers.flatMap(({ error }, i) => (error === undefined ? [] : [[i, error.code]]))).toEqual(
      mixed.flatMap(({ prompt }, i) => (prompt === spoilt ? [[i, 'edit-failed']] : [])),
    )
    expect(await model.generate(good, { slots })).toEqual(alone)
  })

  test('among requests that share one stream of cells', async () => {
    // Long shared prefixes and short answers: all in one stream.
    const list = Array.from({ length: 8 }, (_, i) => ({ prompt: `${preamble}${i}`, maxTokens: 6 }))
    const alone = []
    for (const request of list) alone.push(...(await model.generate([request])))
    const answers = await model.generate(
      [...list.slice(0, 3), { prompt: `${preamble}~`, maxTokens: 6 }, ...list.slice(3)],
      {
        slots: 4,
        failures: 'return',
      },
    )
    expect(answers.map(({ finish }) => finish)).toEqual(
      [3, 4, 5, 6, 7, 8, 9, 10, 11].map(i => (i === 6 ? 'failed' : 'length')),
    )
    expect(answers.toSpliced(3, 1).map(({ tokens }) => tokens)).toEqual(alone.map(({ tokens }) => tokens))
    expect((await model.generate(list)).map(({ tokens }) => tokens)).toEqual(alone.map(({ tokens }) => tokens))
  })

  test('a shared prefix that is not a number fails those that begin with it', async () => {
    const list = Array.from({ length: 6 }, (_, i) => ({
      prompt: `${i % 2 === 0 ? `~${preamble}` : preamble}${i}`,
      maxTokens: 4,
    }))
    const answers = await model.generate(list, { slots: 3, failures: 'return' })
    expect(answers.map(({ finish }) => finish)).toEqual(['failed', 'length', 'failed', 'length', 'failed', 'length'])
    const alone = []
    for (const i of [1, 3, 5]) alone.push(...(await model.generate([list[i]!])))
    expect([1, 3, 5].map(i => answers[i]?.tokens)).toEqual(alone.map(({ tokens }) => tokens))
  })

  test('scores and states after it are those of before', async () => {
    const items = PROMPTS.map(prompt => ({ prompt, continuation: 'yes' }))
    const before = await model.score(items)
    expect((await failureOf(model.generate([spoilt], { maxTokens: 2 }))).where).toBe('request 0')
    expect(await model.score(items)).toEqual(before)
    expect((await failureOf(model.score([{ prompt: spoilt, continuation: 'a' }]))).code).toBe('edit-failed')
    expect(await model.score(items)).toEqual(before)
  })
})
