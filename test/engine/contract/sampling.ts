/** How tokens are chosen: seeds, cuts, penalties, biases, log-probabilities. */
import { expect, test } from 'vitest'
import type { Sampling } from '../../../src/engine/types.ts'
import { codeOf, PROMPTS, type Subject, steer } from './subject.ts'

const FORBIDDEN = Number.NEGATIVE_INFINITY
const prompt = PROMPTS[0]!

export function samplingBehaviours(subject: () => Subject): void {
  const answer = async (sampling: Sampling, maxTokens = 24) => {
    const { model } = await subject().pair()
    const [generation] = await model.generate([prompt], { maxTokens, sampling })
    return generation!
  }

  test('a seed repeats an answer; request i of a call draws from seed + i', async () => {
    const { model } = await subject().pair()
    const alone = []
    for (const seed of [5, 6, 7]) alone.push((await answer({ temperature: 1, seed })).tokens)
    const together = await model.generate([prompt, prompt, prompt], {
      maxTokens: 24,
      sampling: { temperature: 1, seed: 5 },
    })
    expect(together.map(({ tokens }) => tokens)).toEqual(alone)
    const called = await model.generate([prompt, { prompt, sampling: { temperature: 1, seed: 9 } }, prompt], {
      maxTokens: 24,
      sampling: { temperature: 1 },
      seed: 5,
    })
    const [first, , third] = alone
    expect(called.map(({ tokens }) => tokens)).toEqual([
      first,
      (await answer({ temperature: 1, seed: 10 })).tokens,
      third,
    ])
    expect(new Set(alone.map(tokens => tokens.join())).size).toBe(3)
  })

  test('the most likely token, by whatever name', async () => {
    const greedy = await answer({})
    for (const sampling of [
      { temperature: 0, seed: 9 },
      { temperature: 2, topK: 1 },
      { temperature: 2, minP: 1 },
    ])
      expect((await answer(sampling)).text).toBe(greedy.text)
    expect((await answer({ temperature: 3, topP: 1e-6 })).text).toBe(greedy.text)
    expect((await answer({ temperature: 3 })).text).not.toBe(greedy.text)
  })

  test('each request with its own', async () => {
    const { model } = await subject().pair()
    const samplings = [
      {},
      { temperature: 1, topK: 3 },
      { repetitionPenalty: 1e6 },
      { temperature: 1.5, minP: 0.02, seed: 4 },
    ]
    const together = await model.generate(
      samplings.map(sampling => ({ prompt, sampling })),
      { maxTokens: 16, slots: 3 },
    )
    for (const [i, sampling] of samplings.entries()) {
      // Where a seed is drawn from depends on the place in the call.
      const seed = (sampling.seed ?? 0) + i
      expect(together[i]?.tokens).toEqual((await answer({ ...sampling, seed }, 16)).tokens)
    }
  })

  test('tokens come as often as they are likely', async () => {
    const { model } = await subject().pair()
    const vocabulary = Array.from({ length: model.info.vocabulary }, (_, token) => token)
    const [own] = await model.firstToken([prompt], vocabulary)
    const draws = 600
    const answers = await model.generate(
      Array.from({ length: draws }, () => prompt),
      {
        maxTokens: 1,
        sampling: { temperature: 1, seed: 77 },
      },
    )
    const first = answers.map(({ tokens }) => tokens[0] ?? -1)
    for (const [token, logProbability] of own!.entries()) {
      const p = Math.exp(logProbability)
      const share = first.filter(drawn => drawn === token).length / draws
      expect(Math.abs(share - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / draws) + 1 / draws)
    }
  })

  test('log-probabilities of the first token come with the answer, whatever the sampling', async () => {
    const { model } = await subject().pair()
    const firstTokens = [97, 3, 5]
    const prompts = [prompt, 'another one', prompt]
    const expected = await model.firstToken(prompts, firstTokens)
    const sampling = { temperature: 2, logitBias: { 5: 50 } }
    const plain = await model.generate(prompts, { maxTokens: 5, sampling, slots: 2 })
    const told = await model.generate(prompts, { maxTokens: 5, sampling, slots: 2, firstTokens })
    expect(told.map(({ tokens }) => tokens)).toEqual(plain.map(({ tokens }) => tokens))
    for (const [i, generation] of told.entries()) {
      expect(generation.firstTokens).toHaveLength(3)
      for (const [k, value] of generation.firstTokens!.entries())
        expect(Math.abs(value - expected[i]![k]!)).toBeLessThan(subject().tolerance)
    }
    expect(plain[0]).not.toHaveProperty('firstTokens')
  })

  test('a bias makes a token certain or impossible', async () => {
    const greedy = await answer({})
    const [first] = greedy.tokens
    const without = await answer({ logitBias: { [first!]: FORBIDDEN } })
    expect(without.tokens).not.toContain(first)
    expect(without.tokens).toHaveLength(24)
    const drawn = await answer({ temperature: 2, logitBias: { [first!]: 100 } })
    expect(new Set(drawn.tokens)).toEqual(new Set([first]))
  })

  test('a penalty keeps tokens of the window from coming back', async () => {
    const { tokens } = await answer({ repetitionPenalty: 1e6, repetitionWindow: 10 }, 60)
    for (const i of tokens.keys()) expect(tokens.slice(Math.max(0, i - 10), i)).not.toContain(tokens[i])
    expect(new Set(tokens).size).toBeLessThan(tokens.length)
  })

  test('log-probabilities are those of the score', async () => {
    const { model } = await subject().pair()
    for (const [sampling, steering] of [
      [{}, undefined],
      [{ temperature: 1.3, topK: 9, seed: 3 }, steer('add', { layers: [1] })],
    ] as const) {
      const [generation] = await model.generate([prompt], {
        maxTokens: 8,
        sampling: { ...sampling, logProbabilities: 3 },
        steering,
      })
      const { tokens, probabilities = [] } = generation!
      expect(probabilities).toHaveLength(tokens.length)
      const [all] = await model.firstToken(
        [prompt],
        Array.from({ length: model.info.vocabulary }, (_, i) => i),
        {
          steering,
        },
      )
      const best = [...all!.keys()].sort((a, b) => all![b]! - all![a]!).slice(0, 3)
      expect(probabilities[0]?.top.map(({ id }) => id)).toEqual(best)
      for (const { id, text, logProbability } of probabilities[0]?.top ?? []) {
        expect(logProbability).toBeCloseTo(all![id]!, 4)
        expect(text).toBe(await model.detokenize([id]))
      }
      expect(probabilities[0]?.logProbability).toBeCloseTo(all![tokens[0]!]!, 4)
    }
    const [score] = await model.score([{ prompt, continuation: ' the answer' }])
    const continuation = await model.tokenize(' the answer')
    // The same text, each of its tokens made certain.
    let sum = 0
    for (const [i, token] of continuation.entries()) {
      const text = (await model.render(prompt)).text + (await model.detokenize(continuation.slice(0, i)))
      const [step] = await model.generate([{ raw: text }], {
        maxTokens: 1,
        sampling: { logProbabilities: 0, logitBias: { [token]: 1000 } },
      })
      expect(step?.tokens).toEqual([token])
      expect(step?.probabilities?.[0]?.top).toEqual([])
      sum += step?.probabilities?.[0]?.logProbability ?? 0
    }
    expect(sum).toBeCloseTo(score!.logLikelihood, 3)
  })

  test('streamed tokens carry their log-probabilities', async () => {
    const { model } = await subject().pair()
    const sampling = { temperature: 1, logProbabilities: 2 }
    const [generation] = await model.generate([prompt], { maxTokens: 6, sampling })
    const told = []
    for await (const { probability } of model.stream(prompt, { maxTokens: 6, sampling })) told.push(probability)
    expect(told).toEqual(generation!.probabilities)
  })

  test('settings that make no sense are refused', async () => {
    const { model } = await subject().pair()
    for (const sampling of [
      { temperature: -1 },
      { topP: 0 },
      { logitBias: { [model.info.vocabulary]: 1 } },
      // No number in 32 bits, or none that a request's place can be added to.
      { logitBias: { 5: 1e300 } },
      { repetitionPenalty: 1e-45, temperature: 1 },
      { seed: Number.MAX_SAFE_INTEGER, temperature: 1 },
    ])
      expect(await codeOf(model.generate([prompt], { sampling, maxTokens: 4 }))).toBe('invalid-input')
    const forbidden = Object.fromEntries(Array.from({ length: model.info.vocabulary }, (_, i) => [i, FORBIDDEN]))
    expect(await codeOf(model.generate([prompt], { sampling: { logitBias: forbidden }, maxTokens: 4 }))).toBe(
      'invalid-input',
    )
    expect(await model.generate([prompt], { maxTokens: 2 })).toHaveLength(1)
  })
}
