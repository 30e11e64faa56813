import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sharedPrefix } from '../request.ts'
import { planContext, sharedShape } from './plan.ts'
import { sharedPrefixes } from './prefixes.ts'
import type { GenerateRequest } from './request.ts'

const group = { key: '', adapters: [] }

function request(tokens: readonly number[], maxTokens = 8): GenerateRequest {
  const rendered = {
    text: '',
    tokens,
    parts: [],
    templateSuffix: [tokens.length, tokens.length],
    startsWithBos: true,
    thinking: null,
  } as const
  return {
    rendered,
    steering: null,
    maxTokens,
    sampling: {},
    stop: [],
    firstTokens: null,
    index: 0,
    group,
    written: [],
    shared: null,
  }
}
const run = (length: number, from = 0) => Array.from({ length }, (_, i) => from + i)
const withPrefix = (prefix: number, own: number) => request([...run(prefix), ...run(10, 1000 * (own + 1))])

describe('shared prefixes', () => {
  test('requests that begin alike share that, neighbours or not', () => {
    const [a, b] = [run(50), run(60, 500)]
    const requests = [a, b, a, b, a].map((prefix, i) => request([...prefix, 9000 + i, 7]))
    const shares = sharedPrefixes(requests)
    expect(shares.map(share => share?.tokens)).toEqual([50, 60, 50, 60, 50])
    expect(shares[0]).toBe(shares[4])
    expect(shares[0]?.members).toEqual([0, 2, 4])
  })

  test('a long common prefix is not given up for a short one of more requests', () => {
    const requests = [withPrefix(400, 1), withPrefix(400, 2), withPrefix(40, 3), withPrefix(40, 4)]
    expect(sharedPrefixes(requests).map(share => share?.tokens)).toEqual([400, 400, 40, 40])
  })

  test('what is alike but short is computed by each', () => {
    expect(sharedPrefixes([withPrefix(31, 1), withPrefix(31, 2)])).toEqual([null, null])
    expect(sharedPrefixes([request(run(40)), request(run(40))]).map(share => share?.tokens)).toEqual([39, 39])
    expect(sharedPrefixes([])).toEqual([])
  })

  test('whatever the requests: a share is a true prefix of each member, leaves its last token, and has two members', () => {
    const tokens = fc.tuple(
      fc.integer({ min: 0, max: 3 }),
      fc.integer({ min: 1, max: 120 }),
      fc.integer({ min: 0, max: 9 }),
    )
    fc.assert(
      fc.property(fc.array(tokens, { maxLength: 30 }), kinds => {
        const requests = kinds.map(([kind, length, own]) => request([...run(length, 1000 * kind), own, own]))
        const shares = sharedPrefixes(requests)
        for (const [i, share] of shares.entries()) {
          if (share === null) continue
          expect(share.members.length).toBeGreaterThan(1)
          expect(share.members).toContain(i)
          expect(share.tokens).toBeGreaterThanOrEqual(32)
          const mine = requests[i]!.rendered.tokens
          expect(share.tokens).toBeLessThan(mine.length)
          for (const member of share.members) {
            expect(shares[member]).toBe(share)
            expect(sharedPrefix(mine, requests[member]!.rendered.tokens)).toBeGreaterThanOrEqual(share.tokens)
          }
        }
        expect(sharedPrefixes(requests)).toEqual(shares)
      }),
    )
  })
})

describe('streams', () => {
  const alike = (count: number, prefix: number, maxTokens: number) =>
    Array.from({ length: count }, (_, i) => request([...run(prefix), 5000 + i], maxTokens))

  test('one stream where all share most of what they are', () => {
    const plan = planContext(alike(16, 400, 32), 16)
    expect(plan).toMatchObject({ streams: 'unified', slots: 16, prefixes: 1, longest: 433 })
    // Room for the prefix once and for what each has of its own.
    expect(plan.cells).toBe(400 + 16 * 33)
  })

  test.each([
    ['long answers', alike(16, 400, 500), 16],
    ['one of them begins otherwise', [...alike(15, 400, 32), request(run(400, 7000))], 16],
    ['one at a time', alike(4, 400, 32), 1],
    ['no common prefix', Array.from({ length: 4 }, (_, i) => request(run(100, 1000 * i))), 4],
    [
      'several prefixes',
      [...alike(4, 200, 8), ...Array.from({ length: 4 }, (_, i) => request([...run(200, 9000), i]))],
      8,
    ],
  ])('a stream for each sequence otherwise: %s', (_, requests, slots) => {
    expect(planContext(requests, slots)).toMatchObject({ streams: 'separate', slots: Math.min(slots, requests.length) })
    expect(planContext(requests, slots).cells).toBe(
      Math.max(...requests.map(r => r.rendered.tokens.length + r.maxTokens)),
    )
  })

  test('never more sequences than llama.cpp has, nor more prefixes than are worth their memory', () => {
    const kinds = Array.from({ length: 600 }, (_, i) => request([...run(40, 1000 * (i % 9)), 9999, i]))
    const plan = planContext(kinds, 1000)
    expect(plan.slots + plan.prefixes).toBe(256)
    expect(plan.prefixes).toBe(4)
  })
})

describe('the context of concurrent calls', () => {
  const call = (slots: number, left: number) => ({ call: { slots }, left })

  test('has as many slots as can be used, at most as many as one call asks for, and only grows', () => {
    const one = sharedShape(null, group, [request(run(20))], [call(16, 1)], 256)
    expect(one).toEqual({ group, slots: 1, cells: 32 })
    const three = sharedShape(one, group, [request(run(90))], [call(16, 1), call(16, 1), call(4, 1)], 256)
    expect(three).toEqual({ group, slots: 4, cells: 128 })
    expect(sharedShape(three, group, [], [call(16, 500), call(16, 1)], 256)).toMatchObject({ slots: 16, cells: 128 })
    expect(sharedShape(three, group, [], [call(16, 1)], 256)).toEqual(three)
  })

  test('keeps to what memory allowed', () => {
    expect(sharedShape(null, group, [], [call(16, 500)], 3).slots).toBe(3)
  })
})
