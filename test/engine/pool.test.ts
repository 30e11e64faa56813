/** Several engines on one file: the same answers in the same order, one error, one progress. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { factsOf } from '../../src/engine/facts.ts'
import { readHeader } from '../../src/engine/header.ts'
import { openModel } from '../../src/engine/open.ts'
import { poolOf } from '../../src/engine/pool.ts'
import { EngineProcess } from '../../src/engine/process/client.ts'
import { LlamaModel } from '../../src/engine/process/llama-model.ts'
import type { Model } from '../../src/engine/types.ts'
import type { Where } from '../../src/engine/where.ts'
import { writeTinyModel } from '../support/tiny-gguf.ts'
import { codeOf, steer } from './contract/subject.ts'
import { failureOf } from './failures/failure.ts'
import { childrenOf, runs } from './failures/processes.ts'

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
  const [moved, told] = await Promise.all([pool, single].map(model => model.divergence(items, [steering, []])))
  expect(moved).toHaveLength(prompts.length)
  for (const [i, [own]] of (moved ?? []).entries()) {
    for (const [token, divergence] of (own ?? new Float64Array([Number.NaN])).entries())
      expect(divergence).toBeCloseTo(told?.[i]?.[0]?.[token] ?? Number.NaN, 4)
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

test('a divergence counts every steering of every text', async () => {
  const items = prompts.map(prompt => ({ prompt, continuation: 'yes' }))
  for (const model of [pool, single]) {
    const told: number[][] = []
    const onProgress = ({ done, total }: { done: number; total: number }) => told.push([done, total])
    await model.divergence(items, [steering, []], { onProgress })
    const total = 2 * items.length
    expect(told).toEqual(Array.from({ length: total }, (_, i) => [i + 1, total]))
  }
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

test('an error names the request by its place in the whole call, whichever engine had it', async () => {
  const list = prompts.map((prompt, i) => (i === 5 ? { prompt: 'x '.repeat(5000) } : { prompt }))
  const answers = await pool.generate(list, { maxTokens: 3, failures: 'return' })
  expect(answers.map(({ finish }) => finish)).toEqual(prompts.map((_, i) => (i === 5 ? 'failed' : 'length')))
  expect(answers[5]?.error).toMatchObject({ code: 'prompt-too-long', message: expect.stringMatching(/Request 5\b/) })
  const wrong = prompts.map((prompt, i) => ({ prompt, steering: i === 6 ? steer('add', { layers: [9] }) : undefined }))
  const error = await failureOf(pool.generate(wrong, { maxTokens: 3 }))
  expect(error).toMatchObject({ code: 'invalid-input', where: 'request 6' })
  const items = prompts.map((prompt, i) => ({ prompt: i === 4 ? 'x '.repeat(5000) : prompt, continuation: 'a' }))
  expect((await failureOf(pool.score(items))).message).toMatch(/Request 4\b/)
})

test('an engine of several that crashes: the error names the requests by their place in the whole call', async () => {
  const facts = factsOf(await readHeader(file))
  const open = { ...exact, file, name: 'tiny', fingerprint: 'none', gpuLayers: 0, fastPath: 'off', facts } as const
  const [first, second] = [new EngineProcess(open), new EngineProcess(open)]
  const engines = [new LlamaModel(first, await first.start()), new LlamaModel(second, await second.start())] as const
  await using both = poolOf(engines)
  const list = Array.from({ length: 60 }, (_, i) => `question ${i}`)
  let told = 0
  const error = await failureOf(
    both.generate(list, {
      maxTokens: 150,
      slots: 4,
      onToken: index => {
        if (index >= 30 && ++told === 200) process.kill(second.pid ?? 0, 'SIGKILL')
      },
    }),
  )
  expect(error.code).toBe('engine-crashed')
  const named = / at requests? ([\d, ]+)$/.exec(error.message)?.[1]?.split(', ').map(Number) ?? []
  expect(named.length).toBeGreaterThan(0)
  expect(Math.min(...named)).toBeGreaterThanOrEqual(30)
  expect(await both.generate(list.slice(0, 4), { maxTokens: 2 })).toHaveLength(4)
})

test('single requests made at the same time are answered by different engines', async () => {
  const order: string[] = []
  // Had they one engine, which has one call at a time, the short one would be answered last.
  const long = pool.generate(['a'], { maxTokens: 200 }).then(() => order.push('long'))
  const short = pool.generate(['b'], { maxTokens: 1 }).then(() => order.push('short'))
  await Promise.all([long, short])
  expect(order).toEqual(['short', 'long'])
})

test.skipIf(process.platform !== 'linux')('where one engine does not open, none is left behind', async () => {
  const before = new Set(childrenOf(process.pid))
  const started = () => childrenOf(process.pid).filter(pid => !before.has(pid))
  const opening = openModel(file, { ...exact, engines: 3 })
  const failed = failureOf(opening)
  while (started().length < 3) await new Promise(resolve => setTimeout(resolve, 1))
  const engines = started()
  process.kill(engines[0] ?? 0, 'SIGKILL')
  expect(await failed).toMatchObject({ code: 'engine-crashed' })
  expect(engines.filter(runs)).toEqual([])
})
