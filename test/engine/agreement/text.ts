/** Log-probabilities, states, edits of chosen tokens, answers and samples. */
import { expect, test } from 'vitest'
import { plainTerms } from '../../../src/engine/plain-terms.ts'
import type { Gate, Sampling, Steering, SteeringVector } from '../../../src/engine/types.ts'
import { Where } from '../../../src/engine/where.ts'
import type { TinyOptions } from '../../support/tiny-gguf.ts'
import { distance, PROMPTS, placements, type Subject, steer, vector } from '../contract/subject.ts'

/** Measured on models whose states and logits are of the order of 10. */
export const exact = 1e-4
/** Steering that changes the scores by less proves nothing. */
export const effectFloor = (tolerance: number) => Math.max(100 * exact, 10 * tolerance)
const LAYERS = 4

const shapes: readonly { readonly name: string; readonly options: TinyOptions }[] = [
  { name: 'four blocks, two groups', options: {} },
  { name: 'tied output', options: { output: 'tied', seed: 2 } },
  { name: 'wider, one group, three blocks', options: { width: 64, heads: 4, groups: 1, layers: 3, seed: 3 } },
  {
    name: 'narrow, a group for each head',
    options: { width: 32, heads: 2, groups: 2, layers: 3, feedForward: 64, seed: 4 },
  },
]

export function agreementOfText(subject: () => Subject, tolerance = exact): void {
  test.each(shapes)('log-probabilities and states: $name', async ({ options }) => {
    const { model, reference } = await subject().pair(options)
    const vocabulary = Array.from({ length: model.info.vocabulary }, (_, token) => token)
    const [found, expected] = [
      await model.firstToken(PROMPTS, vocabulary),
      await reference.firstToken(PROMPTS, vocabulary),
    ]
    for (const [i, row] of found.entries()) expect(distance(row, expected[i]!)).toBeLessThan(tolerance)
    for (const where of [Where.parse({}), Where.parse({ site: 'embedding' })]) {
      for (const reduce of ['none', 'mean', 'last'] as const) {
        const states = await model.capture(PROMPTS, where, { reduce })
        const oracle = await reference.capture(PROMPTS, where, { reduce })
        expect(states.layers).toEqual(oracle.layers)
        expect(states.positions).toEqual(oracle.positions)
        for (const [i, layers] of states.states.entries()) {
          expect(layers).toHaveLength(oracle.layers.length)
          for (const [k, rows] of layers.entries())
            expect(distance(rows, oracle.states[i]![k]!)).toBeLessThan(tolerance)
        }
      }
    }
  })

  test('scores of continuations and of whole texts', async () => {
    await expectScores(tolerance, subject(), undefined)
  })

  test('divergences of steerings on answers and whole texts', async () => {
    const { model, reference } = await subject().pair()
    const steerings = placements(LAYERS)
      .filter(({ where }) => where.tokens?.phase !== 'generated')
      .map(({ where }) => steer('add', where, { seed: 13, strength: -1.5 }))
    const items = PROMPTS.map((prompt, i) => ({ prompt, continuation: i === 1 ? '' : ` the answer is ${i}` }))
    const [found, expected] = [await model.divergence(items, steerings), await reference.divergence(items, steerings)]
    for (const [i, rows] of found.entries())
      for (const [k, row] of rows.entries()) expect(distance(row, expected[i]![k]!)).toBeLessThan(tolerance)
    expect(Math.max(...expected.flat().flatMap(row => [...row]))).toBeGreaterThan(effectFloor(tolerance))
  })

  test.each(placements(LAYERS).flatMap(place => (['add', 'ablate'] as const).map(edit => ({ ...place, edit }))))(
    '$edit at $name',
    async ({ name, where, edit }) => {
      const steering = steer(edit, where, { seed: 11, strength: edit === 'add' ? -1.5 : 1 })
      await expectScores(tolerance, subject(), steering)
      // After the last layer no other token reads what these have become.
      if (name !== 'last layer, the first 3') await expectEffect(tolerance, subject(), steering)
    },
  )

  test('states under steering', async () => {
    const { model, reference } = await subject().pair()
    const steering = [
      ...steer('ablate', { layers: 'all' }, { seed: 12 }),
      ...steer('add', { layers: [2], tokens: { phase: 'prompt', last: 3 } }),
    ]
    const where = Where.parse({ layers: 'all' })
    const states = await model.capture(PROMPTS, where, { reduce: 'none', steering })
    const oracle = await reference.capture(PROMPTS, where, { reduce: 'none', steering })
    for (const [i, layers] of states.states.entries()) {
      for (const [k, rows] of layers.entries()) expect(distance(rows, oracle.states[i]![k]!)).toBeLessThan(tolerance)
    }
  })

  test('a compound vector under a strength and a gate of its own', async () => {
    const { model } = await subject().pair()
    const { width } = model.info.sites.find(({ site }) => site === 'head')!
    const terms: Steering = [
      ...steer('ablate', { layers: [1] }, { seed: 12 }),
      { vector: vector('add', { site: 'head', heads: [1] }, { seed: 5, width }), strength: 2 },
    ]
    const compound: SteeringVector = { edit: 'compound', terms }
    const gates: Gate[] = [{ kind: 'norm-budget', limit: 0.2 }]
    const nested: Steering = [{ vector: { edit: 'compound', terms: [{ vector: compound, gates }] }, strength: 0.5 }]
    await expectScores(tolerance, subject(), nested)
    await expectEffect(tolerance, subject(), nested)
    // The oracle spells compounds out as the engine does: that they are is held against the terms themselves.
    const spelt = terms.map(term => ({ ...term, strength: 0.5 * (term.strength ?? 1), gates }))
    const items = PROMPTS.map(prompt => ({ prompt, continuation: ' the answer' }))
    expect(await model.score(items, { steering: nested })).toEqual(await model.score(items, { steering: spelt }))
  })

  test('answers and traces', async () => {
    const { model, reference } = await subject().pair({ endOfTurn: 'likely', bytes: 'any', seed: 6 })
    const steerings: Steering[] = [[], steer('add', { layers: [1] }), steer('ablate', { site: 'embedding' })]
    const requests = steerings.flatMap(steering => PROMPTS.map(prompt => ({ prompt, steering })))
    const found = await model.generate(requests, { maxTokens: 20, slots: 5 })
    const expected = await reference.generate(requests, { maxTokens: 20 })
    expect(found.map(({ trace: _, ...answer }) => answer)).toEqual(expected.map(({ trace: _, ...answer }) => answer))
  })

  test('sampled answers, and their probabilities', async () => {
    const { model, reference } = await subject().pair({ endOfTurn: 'likely', seed: 7 })
    const samplings: Sampling[] = [
      { temperature: 1 },
      { temperature: 0.6, topK: 12, topP: 0.83, seed: 4 },
      { temperature: 1.4, minP: 0.031, repetitionPenalty: 1.3, repetitionWindow: 20 },
      { repetitionPenalty: 1.7, logitBias: { 40: 2.5, 41: Number.NEGATIVE_INFINITY }, logProbabilities: 4 },
      { temperature: 1, topP: 0.7, logProbabilities: 2, seed: 12 },
    ]
    const requests = samplings.flatMap(sampling => PROMPTS.map(prompt => ({ prompt, sampling })))
    const found = await model.generate(requests, { maxTokens: 20, slots: 5 })
    const expected = await reference.generate(requests, { maxTokens: 20 })
    for (const [i, { probabilities, ...answer }] of found.entries()) {
      const { probabilities: own, ...other } = expected[i]!
      expect(answer).toEqual(other)
      expect(probabilities?.length).toBe(own?.length)
      for (const [k, { logProbability, top }] of (probabilities ?? []).entries()) {
        expect(Math.abs(logProbability - own![k]!.logProbability)).toBeLessThan(tolerance)
        expect(top.map(({ id }) => id)).toEqual(own![k]!.top.map(({ id }) => id))
      }
    }
  })

  test('a vector of a scale far from the states', async () => {
    await expectScores(tolerance, subject(), [{ vector: vector('add', { layers: [1] }, { scale: 1000 }) }])
    await expectScores(tolerance, subject(), [{ vector: vector('add', { layers: [1] }, { scale: 1e-3 }) }])
  })
}

/** Steering that changes no score would make every comparison true. */
async function expectEffect(tolerance: number, subject: Subject, steering: Steering): Promise<void> {
  const { reference } = await subject.pair()
  const items = PROMPTS.map((prompt, i) => ({ prompt, continuation: ` the answer is ${i}` }))
  const [plain, steered] = [await reference.score(items), await reference.score(items, { steering })]
  const changes = plain.map(({ logLikelihood }, i) => Math.abs(logLikelihood - steered[i]!.logLikelihood))
  expect(Math.max(...changes)).toBeGreaterThan(effectFloor(tolerance))
}

async function expectScores(tolerance: number, subject: Subject, steering: Steering | undefined): Promise<void> {
  const { model, reference } = await subject.pair()
  // An edit of generated tokens alone selects nothing where nothing follows the prompt.
  const own = plainTerms(steering ?? []).some(({ vector }) => vector.where.tokens?.phase === 'generated')
    ? []
    : [{ prompt: PROMPTS[1]!, continuation: '' }]
  const items = [...PROMPTS.map((prompt, i) => ({ prompt, continuation: ` the answer is ${i}` })), ...own]
  const [found, expected] = [await model.score(items, { steering }), await reference.score(items, { steering })]
  for (const [i, { logLikelihood, tokens, greedy }] of found.entries()) {
    expect({ tokens, greedy }).toEqual({ tokens: expected[i]!.tokens, greedy: expected[i]!.greedy })
    // A sum over tokens: each of them within the tolerance.
    expect(Math.abs(logLikelihood - expected[i]!.logLikelihood)).toBeLessThan(tolerance * tokens)
  }
}
