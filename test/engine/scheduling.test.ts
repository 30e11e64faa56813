/** The order in which requests are computed, told by what comes when, and what it must not change. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openModel } from '../../src/engine/open.ts'
import type { Model, Request, Steering } from '../../src/engine/types.ts'
import { uniform } from '../support/random.ts'
import { writeTinyModel } from '../support/tiny-gguf.ts'
import { PROMPTS, steer } from './contract/subject.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-order-'))
const file = join(folder, 'tiny.gguf')
writeTinyModel(file, { contextLength: 4096, endOfTurn: 'likely' })
/** Its answers run to their limit. */
const steadyFile = join(folder, 'steady.gguf')
writeTinyModel(steadyFile, { contextLength: 4096 })
let model: Model
let steady: Model
beforeAll(async () => {
  const exact = { cache: 'f32', flashAttention: 'off', threads: 1 } as const
  model = await openModel(file, exact)
  steady = await openModel(steadyFile, exact)
})
afterAll(async () => {
  await model[Symbol.asyncDispose]()
  await steady[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const raw = (tokens: number, seed = 0) => ({
  raw: 'qxjzvkw'
    .slice(seed)
    .repeat(1000)
    .slice(0, tokens - 1),
})
const preamble = 'once upon a time there was a fox who told everybody what they wanted to hear, and it was asked: '

/** Indexes in the order in which their tokens came. */
async function order(requests: readonly Request[], slots: number): Promise<number[]> {
  const told: number[] = []
  await steady.generate(requests, { slots, onToken: index => told.push(index) })
  return told
}

describe('a long prompt among answers', () => {
  test('is read in pieces of 512 tokens, and after each of them every answer goes on', async () => {
    const told = await order(
      [
        { prompt: raw(20), maxTokens: 30 },
        { prompt: raw(1500), maxTokens: 3 },
      ],
      2,
    )
    // The short one's first token and its second, then one after each of the two pieces that do not end the long prompt.
    expect(told.indexOf(1)).toBe(4)
    // From then on both go on in every step.
    expect(told.slice(4, 9)).toEqual([1, 0, 1, 0, 1])
  })

  test('several are read one after the other, and nobody waits for more than a piece', async () => {
    const requests = [
      { prompt: raw(20), maxTokens: 60 },
      ...[1, 2, 3].map(i => ({ prompt: raw(1100, i), maxTokens: 2 })),
    ]
    const told = await order(requests, 4)
    const first = [1, 2, 3].map(index => told.indexOf(index))
    const answersBetween = [told.slice(0, first[0]), told.slice(first[0], first[1]), told.slice(first[1], first[2])]
    for (const between of answersBetween) expect(between.filter(index => index === 0).length).toBeGreaterThanOrEqual(3)
  })

  test('short ones are read together, as long as they make one piece', async () => {
    const told = await order(
      Array.from({ length: 12 }, (_, i) => ({ prompt: raw(80, i % 7), maxTokens: 5 })),
      12,
    )
    // Six of 80 tokens fit; then everybody gets a token before the other six are read.
    expect(told.slice(0, 6).toSorted()).toEqual([0, 1, 2, 3, 4, 5])
    expect(told.slice(6, 12).toSorted()).toEqual([0, 1, 2, 3, 4, 5])
    expect(new Set(told.slice(12, 18))).toEqual(new Set([6, 7, 8, 9, 10, 11]))
  })

  test('whoever reads with them, and however they are steered, each gets what it gets alone', async () => {
    const steerings = [
      undefined,
      steer('add', { layers: [1] }),
      steer('ablate', { layers: [2] }),
      steer('add', { layers: [1], tokens: { phase: 'prompt', last: 1 } }),
    ]
    const requests = Array.from({ length: 11 }, (_, i) => ({
      prompt: raw(17 + ((i * 29) % 60), i % 7),
      // Some end with their first token.
      maxTokens: i % 5 === 4 ? 1 : 6,
      steering: steerings[i % 4],
    }))
    const together = await model.generate(requests, { slots: 11 })
    for (const [i, request] of requests.entries()) {
      const [alone] = await model.generate([request])
      expect(together[i]?.tokens).toEqual(alone?.tokens)
      expect(together[i]?.trace?.layers.map(({ layer, tokens }) => [layer, tokens])).toEqual(
        alone?.trace?.layers.map(({ layer, tokens }) => [layer, tokens]),
      )
    }
  })

  test('one whose edit fails while they are read leaves the others alone', async () => {
    const broken = steer('add', { layers: [1] }, { strength: 1e39 })
    const requests = Array.from({ length: 6 }, (_, i) => ({
      prompt: raw(30 + 5 * i, i),
      maxTokens: 6,
      steering: i === 2 ? broken : steer('add', { layers: [1] }),
    }))
    const together = await model.generate(requests, { slots: 6, failures: 'return' })
    for (const [i, request] of requests.entries()) {
      const [alone] = await model.generate([request], { failures: 'return' })
      expect(together[i]?.finish).toBe(i === 2 ? 'failed' : alone?.finish)
      expect(together[i]?.tokens).toEqual(alone?.tokens)
    }
  })

  test('which sequence it is read in, and where it moves, changes nothing', async () => {
    // Answers end while long prompts are read behind them.
    const requests = Array.from({ length: 14 }, (_, i) => ({
      prompt: i % 3 === 1 ? raw(600 + 131 * i, i % 7) : raw(20 + i, i % 7),
      maxTokens: 1 + ((i * 5) % 9),
      steering: i % 2 === 0 ? steer('add', { layers: [1] }) : undefined,
    }))
    const together = await model.generate(requests, { slots: 4 })
    for (const [i, request] of requests.entries()) {
      const [alone] = await model.generate([request])
      expect(together[i]?.tokens).toEqual(alone?.tokens)
      expect(together[i]?.trace?.layers[0]?.tokens).toBe(alone?.trace?.layers[0]?.tokens)
    }
  })
})

test.each([1, 2, 3])(
  'hundreds of requests of every kind: each answer is the one it gets alone (seed %d)',
  async seed => {
    const random = uniform(seed)
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!
    const steerings: (Steering | undefined)[] = [
      undefined,
      undefined,
      steer('add', { layers: [1] }),
      steer('add', { layers: 'all', tokens: { phase: 'generated' } }, { seed: 2 }),
      steer('ablate', { layers: [0, 2] }, { seed: 3 }),
    ]
    const requests = Array.from({ length: 120 }, (_, i): Request => {
      const words = `${pick(PROMPTS)} ${i} ${'x '.repeat(Math.floor(random() ** 3 * 300))}`
      return {
        prompt: `${pick(['', '', preamble, `And ${preamble}`])}${words}`,
        steering: pick(steerings),
        maxTokens: 1 + Math.floor(random() ** 2 * 40),
      }
    })
    const slots = pick([3, 8, 32])
    const together = await model.generate(requests, { slots })
    expect(await model.generate(requests, { slots })).toEqual(together)
    for (const [i, request] of requests.entries()) {
      const [alone] = await model.generate([request])
      expect(together[i]).toMatchObject({ text: alone?.text, tokens: alone?.tokens, finish: alone?.finish })
      expect(together[i]?.trace?.layers.map(({ layer, tokens }) => [layer, tokens])).toEqual(
        alone?.trace?.layers.map(({ layer, tokens }) => [layer, tokens]),
      )
    }
  },
)

describe('prompts that share a prefix', () => {
  const mine = steer('add', { layers: 'all', tokens: { phase: 'generated' } }, { strength: 0.5 })
  const other = steer('add', { layers: 'all', tokens: { phase: 'generated' } }, { strength: 3, seed: 7 })

  // Short answers are computed in one stream of cells, long ones in a stream each.
  test.each([6, 200])('neighbours that are steered do not change one by a bit (%d tokens)', async maxTokens => {
    const list = (neighbour: Steering | undefined) =>
      Array.from(
        { length: 8 },
        (_, i): Request => ({
          prompt: `${preamble}${i}`,
          steering: i % 2 === 0 ? mine : neighbour,
          maxTokens: i % 2 === 0 ? maxTokens : 6,
        }),
      )
    const [plain, beside] = [
      await model.generate(list(undefined), { slots: 8 }),
      await model.generate(list(other), { slots: 8 }),
    ]
    for (const i of plain.keys()) {
      // What the trace measured of the states is equal to the last bit, too.
      if (i % 2 === 0) expect(beside[i]).toEqual(plain[i])
      else expect(beside[i]?.tokens).not.toEqual(plain[i]?.tokens)
    }
  })

  test('need not be neighbours: the prefix is computed once', async () => {
    const [a, b] = [preamble.repeat(4), `And then ${preamble.repeat(4)}`]
    const requests = Array.from({ length: 12 }, (_, i) => ({ prompt: `${i % 2 === 0 ? a : b}${i}`, maxTokens: 2 }))
    // What is read at once before anybody goes on tells how much had to be read: with two prefixes of about 400 tokens
    // known, the rest of the prompts fits into a piece.
    const told = await order(requests, 12)
    expect(new Set(told.slice(-10)).size).toBe(10)
  })
})
