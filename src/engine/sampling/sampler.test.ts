import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { at, changed, distribution, ownProbabilities, ReferenceSampler } from '../../../test/reference/sampling.ts'
import { normal } from '../../../test/support/random.ts'
import { candidatesOf } from './candidates.ts'
import { checkedSampling } from './check.ts'
import type { Grammar } from './grammar.ts'
import { mostLikely, topK } from './likeliest.ts'
import { Sampler } from './sampler.ts'
import type { Sampling } from './types.ts'

const text = (token: number) => `<${token}>`
const noGrammar = (): Grammar => {
  throw new Error('no grammar was asked for')
}
const setting = (index = 0, promptTokens: readonly number[] = []) => ({ index, promptTokens, text, grammar: noGrammar })

/** Rounded to tenths, so that equal logits are common. */
const logits = fc
  .array(
    fc.oneof(
      { weight: 20, arbitrary: fc.integer({ min: -200, max: 200 }).map(tenths => tenths / 10) },
      { weight: 1, arbitrary: fc.constant(Number.NEGATIVE_INFINITY) },
    ),
    { minLength: 1, maxLength: 60 },
  )
  .filter(values => values.some(Number.isFinite))
  .map(values => Float32Array.from(values))

/** Never a sum of probabilities by accident: whether a token is the last one inside would hang on a rounding. */
const share = fc.integer({ min: 1, max: 999 }).map(n => (n + 0.3719) / 1000.7)
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
const cuts: fc.Arbitrary<Sampling> = fc.record({
  temperature: fc.integer({ min: 1, max: 30 }).map(tenths => tenths / 10),
  topK: maybe(fc.integer({ min: 1, max: 70 })),
  topP: maybe(share),
  minP: maybe(share),
  seed: fc.integer({ min: 0, max: 1e6 }),
})

describe('sampling, against its definition', () => {
  it('gives every token the probability that the cuts and the temperature leave it', () => {
    fc.assert(
      fc.property(logits, cuts, (values, sampling) => {
        const { tokens, weights, total } = candidatesOf(values, mostLikely(values), sampling)
        const expected = distribution(Array.from(values), sampling)
        const found = expected.map(() => 0)
        for (const [i, token] of tokens.entries()) found[token] = weights[i]! / total
        for (const [token, probability] of expected.entries()) expect(found[token]).toBeCloseTo(probability, 12)
        expect([...tokens]).toEqual([...expected.keys()].filter(token => tokens.includes(token)))
        expect(tokens).toHaveLength(new Set(tokens).size)
      }),
      { numRuns: 2000 },
    )
  })

  it('chooses what the definition chooses, with bias, penalty and seeds', () => {
    const tokens = fc.array(fc.nat(59), { maxLength: 100 })
    const settings = fc.record({
      temperature: fc.constantFrom(0, 0.7, 1, 2),
      topP: maybe(share),
      repetitionPenalty: maybe(fc.constantFrom(0.8, 1, 1.1, 5)),
      repetitionWindow: maybe(fc.integer({ min: 1, max: 90 })),
      logitBias: maybe(fc.dictionary(fc.nat(59).map(String), fc.constantFrom(-3, 0.5, 7), { maxKeys: 5 })),
      logProbabilities: maybe(fc.nat(8)),
      seed: fc.nat(1000),
    })
    fc.assert(
      fc.property(
        fc.array(logits, { minLength: 1, maxLength: 5 }),
        settings,
        tokens,
        fc.nat(9),
        (steps, sampling, prompt, index) => {
          const { logitBias: bias } = sampling
          const sampler = new Sampler(sampling, setting(index, prompt))
          const reference = new ReferenceSampler(sampling, prompt, index, text)
          for (const values of steps) {
            // A bias for a token that there is not is refused before: see checkedSampling.
            if (Object.keys(bias ?? {}).some(token => Number(token) >= values.length)) continue
            const expected = reference.choose(Float64Array.from(values))
            const found = sampler.choose(values.slice())
            expect(found.token).toBe(expected.token)
            expect(found.probability?.top.map(({ id, text }) => [id, text])).toEqual(
              expected.probability?.top.map(({ id, text }) => [id, text]),
            )
            if (expected.probability !== undefined)
              expect(found.probability?.logProbability).toBeCloseTo(expected.probability.logProbability, 9)
            sampler.accept(found.token)
            reference.accept(found.token)
          }
        },
      ),
      { numRuns: 1500 },
    )
  })

  it('finds few among very many, peaked or flat', () => {
    for (const spread of [0.001, 1, 30]) {
      const next = normal(7)
      const values = Float32Array.from({ length: 50_000 }, () => spread * next())
      const sorted = [...values.keys()].sort((a, b) => values[b]! - values[a]! || a - b)
      for (const k of [1, 2, 40, 1000, 49_999, 50_000])
        expect([...topK(values, k)].sort((a, b) => a - b)).toEqual(sorted.slice(0, k).sort((a, b) => a - b))
      const sampling = { temperature: 1, topP: 0.90371 }
      const weights = sorted.map(token => Math.exp(values[token]! - values[sorted[0]!]!))
      const all = weights.reduce((a, b) => a + b, 0)
      let mass = 0
      const inside = sorted.filter((_, i) => {
        const before = mass
        mass += weights[i]!
        return before < sampling.topP * all
      })
      expect([...candidatesOf(values, mostLikely(values), sampling).tokens]).toEqual(inside.sort((a, b) => a - b))
    }
  })

  it('tells log-probabilities of the model itself, whatever is cut or biased', () => {
    const values = Float32Array.of(1, 3, 2, -1)
    const sampler = new Sampler({ logitBias: { 1: Number.NEGATIVE_INFINITY }, logProbabilities: 2 }, setting())
    const { token, probability } = sampler.choose(values.slice())
    expect(token).toBe(2)
    expect(probability?.top.map(({ id }) => id)).toEqual([1, 2])
    const expected = ownProbabilities(values, 2, 2, text)
    expect(probability?.logProbability).toBeCloseTo(expected.logProbability, 12)
  })
})

describe('what cannot be sampled', () => {
  it.each([[[Number.NaN, 1]], [[1, Number.NaN]], [[1, Number.POSITIVE_INFINITY]], [[Number.NEGATIVE_INFINITY]]])(
    'is an error: %j',
    values => {
      for (const temperature of [0, 1])
        expect(() => new Sampler({ temperature }, setting(3)).choose(Float32Array.from(values))).toThrow(
          expect.objectContaining({ code: 'edit-failed', message: expect.stringContaining('request 3') }),
        )
    },
  )

  it('is an answer in which every token is forbidden', () => {
    const sampling = { logitBias: { 0: Number.NEGATIVE_INFINITY, 1: Number.NEGATIVE_INFINITY } }
    for (const temperature of [0, 1])
      expect(() => new Sampler({ ...sampling, temperature }, setting()).choose(Float32Array.of(1, 2))).toThrow(
        expect.objectContaining({ code: 'invalid-input' }),
      )
  })

  it.each([
    { temperature: -1 },
    { temperature: Number.NaN },
    { topK: 0 },
    { topK: 1.5 },
    { topP: 0 },
    { topP: 1.1 },
    { minP: 2 },
    { repetitionPenalty: 0 },
    { repetitionWindow: 0 },
    { seed: 0.5 },
    { grammar: '' },
    { logProbabilities: -1 },
    { logitBias: { 0: Number.NaN } },
    { logitBias: { 0: Number.POSITIVE_INFINITY } },
    { logitBias: { 10: 1 } },
    { logitBias: { word: 1 } },
  ])('is refused with the name of the setting: %j', sampling => {
    const [name] = Object.keys(sampling)
    expect(() => checkedSampling(sampling, 10)).toThrow(
      expect.objectContaining({
        code: 'invalid-input',
        found: expect.stringContaining(
          'logitBias' === name && !('0' in Object(Object.values(sampling)[0])) ? 'token' : `${name}`,
        ),
      }),
    )
    expect(checkedSampling({ temperature: 1, logitBias: { 9: Number.NEGATIVE_INFINITY } }, 10)).toBeDefined()
  })
})

it('draws a token as often as it is likely', () => {
  const values = Float32Array.of(2, 1, 0, 3, -5)
  const probabilities = distribution([...changed(values, {}, [])], { temperature: 1 })
  const sampler = new Sampler({ temperature: 1, seed: 11 }, setting())
  const counts = [0, 0, 0, 0, 0]
  const draws = 20_000
  for (let i = 0; i < draws; i++) counts[sampler.choose(values).token]!++
  // Five standard errors.
  for (const [token, p] of probabilities.entries())
    expect(Math.abs(counts[token]! / draws - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / draws) + 1e-9)
  expect(at(probabilities, 0)).toBe(0)
})

it('sorts no more than what is left of a large vocabulary', () => {
  // As uneven as logits are: a few dozen tokens have nearly all the probability.
  const next = normal(5)
  const values = Float32Array.from({ length: 150_000 }, () => 4 * next())
  const typed: unknown = Object.getPrototypeOf(Int32Array.prototype)
  const spies = [typed, Array.prototype].flatMap(prototype => [
    vi.spyOn(prototype as Int32Array, 'sort'),
    vi.spyOn(prototype as Int32Array, 'toSorted'),
  ])
  const settings: Sampling[] = [
    {},
    { temperature: 1 },
    { temperature: 1, topK: 40 },
    { temperature: 0.8, topP: 0.95 },
    { temperature: 1, minP: 0.05 },
    { temperature: 1, topK: 1000, topP: 0.99, minP: 0.01, repetitionPenalty: 1.1, logProbabilities: 20 },
  ]
  try {
    for (const sampling of settings) new Sampler(sampling, setting(0, [1, 2, 3])).choose(values.slice())
    const sorted = spies.flatMap(({ mock }) => mock.contexts.map(array => (array as ArrayLike<number>).length))
    expect(sorted.length).toBeGreaterThan(0)
    expect(Math.max(...sorted)).toBeLessThan(values.length / 10)
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
})
