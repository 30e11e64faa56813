/** Calls that share every step: fair, each with its own answers, end and failure. Order is told by events, never by time. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openModel } from '../../src/engine/open.ts'
import type { Model, Request } from '../../src/engine/types.ts'
import { writeTinyModel } from '../support/tiny-gguf.ts'
import { codeOf, collect, PROMPTS, steer } from './contract/subject.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-together-'))
const file = join(folder, 'tiny.gguf')
writeTinyModel(file, { contextLength: 2048 })
const exact = { cache: 'f32', flashAttention: 'off', threads: 1 } as const

let together: Model
let alone: Model
beforeAll(async () => {
  together = await openModel(file, { ...exact, batching: 'together' })
  alone = await openModel(file, exact)
})
afterAll(async () => {
  await Promise.all([together, alone].map(model => model[Symbol.asyncDispose]()))
  rmSync(folder, { recursive: true, force: true })
})

const kinds = [undefined, steer('add', { layers: [1] }), steer('ablate', { layers: 'all' }, { seed: 3 })]
const many = (count: number): Request[] =>
  Array.from({ length: count }, (_, i) => ({
    prompt: `${PROMPTS[i % PROMPTS.length]} ${i}`,
    steering: kinds[i % kinds.length],
    maxTokens: 4 + ((i * 7) % 40),
  }))

test('concurrent calls have the answers that each has alone', async () => {
  const calls = [many(40), many(3), many(1), PROMPTS, many(7)]
  const [found, meant] = [
    await Promise.all(calls.map(call => together.generate(call, { maxTokens: 12 }))),
    await Promise.all(calls.map(call => alone.generate(call, { maxTokens: 12 }))),
  ]
  for (const [i, answers] of found.entries()) {
    expect(answers.map(({ text, tokens, finish }) => ({ text, tokens, finish }))).toEqual(
      meant[i]?.map(({ text, tokens, finish }) => ({ text, tokens, finish })),
    )
    expect(answers.map(({ trace }) => trace?.layers.map(({ layer, tokens }) => [layer, tokens]))).toEqual(
      meant[i]?.map(({ trace }) => trace?.layers.map(({ layer, tokens }) => [layer, tokens])),
    )
  }
  expect(await together.generate([])).toEqual([])
})

test('states are read between steps of answers that are being written', async () => {
  const events: string[] = []
  const writing = together.generate(['first'], { maxTokens: 400, onToken: () => events.push('token') })
  while (events.length === 0) await new Promise(setImmediate)
  const prompts = Array.from({ length: 64 }, (_, i) => `${PROMPTS[0]} ${i}`)
  const where = { layers: [1] } as const
  const read = await together.capture(prompts, where, {
    onProgress: ({ done, total }) => events.push(`${done}/${total}`),
  })
  expect(events.slice(events.indexOf('1/64'), events.indexOf('64/64'))).toContain('token')
  expect(events.filter(event => event !== 'token')).toEqual(prompts.map((_, i) => `${i + 1}/64`))
  expect(read.states.length).toBe(64)
  expect(read.positions).toEqual((await alone.capture(prompts, where)).positions)
  const faulty = [...prompts.slice(0, 20), { raw: '' }]
  await expect(together.capture(faulty, where)).rejects.toMatchObject({ where: 'request 20' })
  await writing
})

test('answers go on where a vector was trained between them', async () => {
  const before = await together.generate(many(5))
  await together.train([{ prompt: PROMPTS[0] ?? '', target: 'a word' }], {
    layer: 2,
    edit: { kind: 'add', start: new Float64Array(48).fill(0.01) },
    epochs: 1,
    batch: 1,
    learningRate: 0.01,
  })
  for (let i = 0; i < 3; i++) expect(await together.generate(many(5))).toEqual(before)
})

test('an answer whose token cannot be chosen fails alone', async () => {
  const beside = together.generate(many(5))
  const seed = 2 ** 52
  expect(await codeOf(together.generate(['x', 'y'], { sampling: { temperature: 1, seed } }))).toBe('none')
  expect(await codeOf(together.generate(['x'], { sampling: { temperature: 1, seed: seed + 1 } }))).toBe('invalid-input')
  await beside
})

test('a call of hundreds does not starve one that comes later', async () => {
  let ended = 0
  const long = together.generate(many(300), { maxTokens: 40, onProgress: ({ done }) => (ended = done) })
  await new Promise<void>(resolve => void together.generate(['first'], { maxTokens: 1 }).then(() => resolve()))
  const answered = ended
  await together.generate(['a single one'], { maxTokens: 8 })
  // It had to wait for a slot at most, and then ran beside the others.
  expect(ended - answered).toBeLessThan(40)
  expect(await long).toHaveLength(300)
})

test('a slot is given up for a call that would wait for long, and nothing is lost', async () => {
  const requests = PROMPTS.slice(0, 4).map((prompt): Request => ({ prompt, maxTokens: 400 }))
  let tokens = 0
  const long = together.generate(requests, { slots: 4, onToken: () => tokens++ })
  while (tokens < 40) await new Promise(resolve => setTimeout(resolve, 1))
  await together.generate(['now'], { maxTokens: 4, slots: 1 })
  expect(tokens).toBeLessThan(1600)
  const answers = await long
  const meant = await alone.generate(requests, { slots: 4 })
  expect(answers.map(({ tokens }) => tokens)).toEqual(meant.map(({ tokens }) => tokens))
})

test('a call that is cancelled leaves the others alone', async () => {
  const controller = new AbortController()
  const kept = together.generate(many(30), { maxTokens: 30 })
  let seen = 0
  const cancelled = together.generate(many(30), {
    maxTokens: 200,
    signal: controller.signal,
    onToken: () => {
      if (++seen === 20) controller.abort()
    },
  })
  expect(await codeOf(cancelled)).toBe('cancelled')
  const meant = await alone.generate(many(30), { maxTokens: 30 })
  expect((await kept).map(({ tokens }) => tokens)).toEqual(meant.map(({ tokens }) => tokens))
})

test('a listener that has thrown hears nothing more, of the same step either', async () => {
  const begun = new Set<number>()
  let heard = 0
  const answers = together.generate(many(8), {
    maxTokens: 50,
    onToken: index => {
      // First tokens come alone, those of a step together.
      const isFirst = !begun.has(index)
      begun.add(index)
      if (isFirst || begun.size < 8) return
      heard++
      throw new Error('enough')
    },
  })
  await expect(answers).rejects.toThrow('enough')
  await together.generate(PROMPTS, { maxTokens: 4 })
  expect(heard).toBe(1)
})

test('a listener that throws, a request that fails: only its own call ends', async () => {
  const failure = new Error('from the listener')
  const [thrown, tooLong, failed, fine] = await Promise.allSettled([
    together.generate(many(20), {
      onToken: () => {
        throw failure
      },
    }),
    together.generate([...PROMPTS, 'xyz '.repeat(2000)], { maxTokens: 8 }),
    together.generate([...PROMPTS, { prompt: 'a', steering: steer('add', { layers: [1] }, { strength: 1e39 }) }], {
      maxTokens: 8,
      failures: 'return',
    }),
    together.generate(PROMPTS, { maxTokens: 8 }),
  ])
  expect(thrown).toEqual({ status: 'rejected', reason: failure })
  expect(tooLong).toMatchObject({ status: 'rejected', reason: { code: 'prompt-too-long' } })
  expect(failed).toMatchObject({
    status: 'fulfilled',
    value: [{}, {}, {}, {}, {}, {}, { error: { code: 'edit-failed' } }],
  })
  const meant = await alone.generate(PROMPTS, { maxTokens: 8 })
  expect(fine).toMatchObject({ status: 'fulfilled', value: meant.map(({ text }) => ({ text })) })
})

test('scores and states wait for a gap and are not starved, and the answers go on where they were', async () => {
  let ended = 0
  const long = together.generate(many(200), { onProgress: ({ done }) => (ended = done) })
  const items = PROMPTS.map(prompt => ({ prompt, continuation: 'yes' }))
  const scores = await together.score(items)
  expect(ended).toBeLessThan(150)
  const states = await together.capture(PROMPTS, { layers: [1] })
  expect(ended).toBeLessThan(200)
  expect(scores).toEqual(await alone.score(items))
  expect(states).toEqual(await alone.capture(PROMPTS, { layers: [1] }))
  const meant = await alone.generate(many(200))
  expect((await long).map(({ tokens }) => tokens)).toEqual(meant.map(({ tokens }) => tokens))
})

test('streams beside each other, and a prompt of many pieces beside them', async () => {
  const long = { raw: 'qxjzvk'.repeat(300).slice(0, 1500) }
  const [first, second, third] = await Promise.all([
    collect(together.stream('hello there', { maxTokens: 60 })),
    collect(together.stream(long, { maxTokens: 10 })),
    collect(together.stream('and you?', { maxTokens: 60 })),
  ])
  const meant = await alone.generate(
    ['hello there', long, 'and you?'].map((prompt, i) => ({ prompt, maxTokens: i === 1 ? 10 : 60 })),
  )
  const texts = [first, second, third].map(tokens => tokens.map(({ text }) => text).join(''))
  expect(texts).toEqual(meant.map(({ text }) => text))
})

test('what is left of an answer serves the next turn of its conversation, which is read at once', async () => {
  const first = { raw: 'wkqxjzv'.repeat(300).slice(0, 1600) }
  const [turn] = await alone.generate([first], { maxTokens: 4 })
  const next = { raw: `${first.raw}${turn?.text}and then?` }
  const other = { raw: `${next.raw.slice(1)}!` }
  const requests = [
    { prompt: 'beside', maxTokens: 40 },
    ...[first, next, other].map(prompt => ({ prompt, maxTokens: 4 })),
  ]
  const told: number[] = []
  const answers = await together.generate(requests, { slots: 2, onToken: index => told.push(index) })
  /** Tokens that the answer beside it gets between the end of the one before and this one's first: one for each piece. */
  const waited = (index: number) => told.indexOf(index) - told.lastIndexOf(index - 1) - 1
  expect(waited(2)).toBeLessThanOrEqual(1)
  expect(waited(3)).toBeGreaterThanOrEqual(3)
  const meant = await alone.generate(requests, { slots: 2 })
  expect(answers.map(({ tokens }) => tokens)).toEqual(meant.map(({ tokens }) => tokens))
})

test('a call cancelled while its long prompt is read leaves the others alone, again and again', async () => {
  const kept = together.generate([{ prompt: 'beside', maxTokens: 300 }])
  for (let i = 0; i < 5; i++) {
    const controller = new AbortController()
    const long = together.generate([{ raw: `${i}${'wkqxjzv'.repeat(260)}` }], {
      maxTokens: 40,
      signal: controller.signal,
    })
    setTimeout(() => controller.abort(), 3 * i)
    expect(await codeOf(long)).toBe('cancelled')
  }
  const meant = await alone.generate([{ prompt: 'beside', maxTokens: 300 }])
  expect((await kept)[0]?.tokens).toEqual(meant[0]?.tokens)
})

test('calls cancelled while prompts are read together leave the others alone', async () => {
  const prompts = Array.from({ length: 8 }, (_, i) => ({ raw: `${i}${'wkqxjzv'.repeat(8 + i)}` }))
  const meant = await alone.generate(
    prompts.map(prompt => ({ prompt, maxTokens: 20 })),
    { slots: 8 },
  )
  for (let round = 0; round < 6; round++) {
    const controllers = prompts.map(() => new AbortController())
    const calls = prompts.map((prompt, i) =>
      together.generate([{ prompt, maxTokens: 20 }], { slots: 8, signal: controllers[i]?.signal }),
    )
    const odd = controllers.filter((_, i) => i % 2 === 1)
    setTimeout(() => {
      for (const one of odd) one.abort()
    }, round)
    const ended = await Promise.allSettled(calls)
    for (const [i, one] of ended.entries()) {
      if (one.status === 'fulfilled') expect(one.value[0]?.tokens).toEqual(meant[i]?.tokens)
      else expect([i % 2, await codeOf(Promise.reject(one.reason))]).toEqual([1, 'cancelled'])
    }
  }
})
