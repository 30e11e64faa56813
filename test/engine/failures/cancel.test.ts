/** A call that is cancelled ends within 200 ms, wherever the engine is, and the next call has the engine to itself. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openModel } from '../../../src/engine/open.ts'
import type { Model } from '../../../src/engine/types.ts'
import { writeTinyModel } from '../../support/tiny-gguf.ts'
import { failureOf } from './failure.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-cancel-'))
const file = join(folder, 'wide.gguf')
// A prompt of 3000 tokens takes one thread several seconds.
writeTinyModel(file, { width: 512, feedForward: 2048, heads: 8, layers: 6, contextLength: 8192 })
const long = { raw: 'xy'.repeat(1500) }
let model: Model
beforeAll(async () => {
  model = await openModel(file, { threads: 1 })
})
afterAll(async () => {
  await model[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const limit = 200
const longest = 2000
const sleep = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

/** Milliseconds from the cancellation to the end of the call. */
async function ending(call: (signal: AbortSignal) => Promise<unknown>, after: Promise<unknown>): Promise<number> {
  const controller = new AbortController()
  const failure = failureOf(call(controller.signal))
  await after
  const cancelled = performance.now()
  controller.abort()
  expect(await failure).toMatchObject({ code: 'cancelled' })
  return performance.now() - cancelled
}

/** The middle of several: other programs may keep the engine from its processor for a while. */
async function usually(measure: (round: number) => Promise<number>): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < 5; round++) times.push(await measure(round))
  return times.toSorted((a, b) => a - b)[2] ?? Number.NaN
}

/** Asked right after a cancellation, a small call is not made to wait for what was cancelled. */
async function answersAtOnce(): Promise<void> {
  const began = performance.now()
  expect(await model.generate([{ raw: 'ab' }], { maxTokens: 1 })).toHaveLength(1)
  expect(performance.now() - began).toBeLessThan(longest)
}

test('the prompt is long enough for the tests below', async () => {
  const began = performance.now()
  await model.generate([long], { maxTokens: 1 })
  expect(performance.now() - began).toBeGreaterThan(longest)
})

const where = { layers: 'all' } as const
test.each<[string, (signal: AbortSignal) => Promise<unknown>]>([
  ['reading a prompt', signal => model.generate([long], { maxTokens: 1, signal })],
  ['reading the prompt of a stream', signal => model.stream(long, { signal })[Symbol.asyncIterator]().next()],
  ['capturing every layer', signal => model.capture([long], where, { signal, reduce: 'none' })],
  ['capturing means', signal => model.capture([long], where, { signal })],
  ['scoring a continuation', signal => model.score([{ prompt: long, continuation: 'ab' }], { signal })],
  ['scoring a text', signal => model.score([{ prompt: long, continuation: '' }], { signal })],
  ['comparing steerings', signal => model.divergence([{ prompt: long, continuation: 'ab' }], [[]], { signal })],
  ['reading for the first token', signal => model.firstToken([long], [1, 2], { signal })],
])('in the middle of %s', async (_, call) => {
  // At another place of the graph each time.
  expect(await usually(round => ending(call, sleep(300 + 130 * round)))).toBeLessThan(limit)
  await answersAtOnce()
})

test('in the middle of decoding', async () => {
  const prompts = Array.from({ length: 16 }, (_, i) => ({ raw: `text ${i}` }))
  const time = await usually(async () => {
    const decoding = Promise.withResolvers<void>()
    let tokens = 0
    const onToken = () => {
      if (++tokens === 50) decoding.resolve()
    }
    return ending(signal => model.generate(prompts, { maxTokens: 4000, signal, onToken }), decoding.promise)
  })
  expect(time).toBeLessThan(limit)
  await answersAtOnce()
})

test('while thousands of prompts are prepared', async () => {
  const prompts = Array.from({ length: 4000 }, (_, i) => ({ raw: `text ${i} `.repeat(100) }))
  expect(
    await usually(round => ending(signal => model.generate(prompts, { maxTokens: 1, signal }), sleep(40 + 60 * round))),
  ).toBeLessThan(limit)
  await answersAtOnce()
})

test('while another call runs: the one that waits ends, the other is answered', async () => {
  const running = model.generate([{ raw: 'xy'.repeat(500) }], { maxTokens: 4 })
  await sleep(50)
  expect(await usually(() => ending(signal => model.generate([long], { signal }), sleep(20)))).toBeLessThan(limit)
  expect((await running)[0]?.tokens).toHaveLength(4)
})

test('while it opens', async () => {
  const ways = [
    [0, 1],
    [5, 1],
    [50, 1],
    [150, 2],
    [300, 1],
  ] as const
  const opening = (round: number) => {
    const [before, engines] = ways[round] ?? [0, 1]
    return ending(signal => openModel(file, { threads: 1, engines, signal }), sleep(before))
  }
  expect(await usually(opening)).toBeLessThan(limit)
})

test('a stream that nobody reads on ends the call', async () => {
  for await (const token of model.stream({ raw: 'ab' }, { maxTokens: 4000 })) {
    expect(token.id).toBeGreaterThanOrEqual(0)
    break
  }
  await answersAtOnce()
})
