/** Several engines on one file: the same answers in the same order, one error, one progress. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openModel } from '../../src/engine/open.ts'
import type { Model } from '../../src/engine/types.ts'
import type { Where } from '../../src/engine/where.ts'
import { writeTinyModel } from '../support/tiny-gguf.ts'
import { codeOf, steer } from './contract/subject.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-pool-'))
const file = join(folder, 'tiny.gguf')
writeTinyModel(file)
const exact = { cache: 'f32', flashAttention: 'off', threads: 1 } as const
const prompts = Array.from({ length: 7 }, (_, i) => `${'ab'.repeat(i + 1)}?`)
const steering = steer('add', { layers: [1] })
const where: Where = { site: 'residual', layers: [0, 2], tokens: { phase: 'prompt' } }

let pool: Model
let single: Model
beforeAll(async () => {
  pool = await openModel(file, { ...exact, engines: 3 })
  single = await openModel(file, exact)
})
afterAll(async () => {
  await Promise.all([pool, single].map(model => model[Symbol.asyncDispose]()))
  rmSync(folder, { recursive: true, force: true })
})

test('it says how many engines share the work: that decides the last bits of an answer', () => {
  expect(pool.info.engine.engines).toBe(3)
  expect({ ...pool.info, engine: { ...pool.info.engine, engines: 1 } }).toEqual(single.info)
})

test('answers, states and scores are those of one engine, in the order of the requests', async () => {
  const requests = prompts.map((prompt, i) => ({ prompt, steering: i % 2 === 0 ? steering : undefined }))
  const [together, alone] = await Promise.all([pool, single].map(model => model.generate(requests, { maxTokens: 8 })))
  expect(together?.map(({ tokens }) => tokens)).toEqual(alone?.map(({ tokens }) => tokens))
  const [read, expected] = await Promise.all([pool, single].map(model => model.capture(prompts, where)))
  expect(read?.layers).toEqual(expected?.layers)
  expect(read?.positions).toEqual(expected?.positions)
  expect(read?.states).toEqual(expected?.states)
  const items = prompts.map(prompt => ({ prompt, continuation: 'yes' }))
  const [scores, wanted] = await Promise.all([pool, single].map(model => model.score(items)))
  for (const [i, score] of (scores ?? []).entries()) {
    expect(score.logLikelihood).toBeCloseTo(wanted?.[i]?.logLikelihood ?? Number.NaN, 4)
  }
})

test('fewer requests than engines, and none at all', async () => {
  const answers = await pool.generate(prompts.slice(0, 2), { maxTokens: 4 })
  expect(answers.map(({ tokens }) => tokens)).toEqual(
    (await single.generate(prompts.slice(0, 2), { maxTokens: 4 })).map(({ tokens }) => tokens),
  )
  expect(await pool.generate([], { maxTokens: 4 })).toEqual([])
})

test('progress and tokens are told as of one call', async () => {
  const told: number[] = []
  const streamed = new Map<number, string>()
  const answers = await pool.generate(prompts, {
    maxTokens: 5,
    onProgress: ({ done, total }) => {
      expect(total).toBe(prompts.length)
      told.push(done)
    },
    onToken: (index, { text }) => streamed.set(index, (streamed.get(index) ?? '') + text),
  })
  expect(told).toEqual(prompts.map((_, i) => i + 1))
  expect(answers.map(({ text }) => text)).toEqual(prompts.map((_, i) => streamed.get(i) ?? ''))
})

test('one bad request fails the call with its own error, and the pool works on', async () => {
  const tooLong = 'x '.repeat(5000)
  expect(await codeOf(pool.generate([...prompts, tooLong], { maxTokens: 4 }))).toBe('prompt-too-long')
  const controller = new AbortController()
  const cancelled = pool.generate(prompts, { maxTokens: 200, signal: controller.signal })
  controller.abort()
  expect(await codeOf(cancelled)).toBe('cancelled')
  expect(await pool.generate(prompts, { maxTokens: 4 })).toHaveLength(prompts.length)
})
