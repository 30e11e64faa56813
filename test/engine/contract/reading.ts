/** Captures, scores and first tokens, against themselves: no oracle is needed for these. */
import { expect, test } from 'vitest'
import type { Direction, DirectionVector } from '../../../src/engine/types.ts'
import { Where } from '../../../src/engine/where.ts'
import { codeOf, distance, PROMPTS, type Subject, steer, vector, WIDTH } from './subject.ts'

const LAYERS = 4
const EVERYWHERE = [
  { site: 'embedding' as const, layer: -1 },
  ...Array.from({ length: LAYERS }, (_, layer) => ({ site: 'residual' as const, layer })),
]
const at = ({ site, layer }: (typeof EVERYWHERE)[number]) =>
  site === 'embedding' ? { site } : { site, layers: [layer] }
const row = (states: Float32Array, i: number) => states.subarray(i * WIDTH, (i + 1) * WIDTH)

export function readingBehaviours(subject: () => Subject): void {
  test('a capture has a row for each selected token of each layer of each prompt', async () => {
    const { model } = await subject().pair()
    const capture = await model.capture(PROMPTS, Where.parse({}), { reduce: 'none' })
    expect(capture.layers).toEqual([0, 1, 2, 3])
    expect(capture.width).toBe(WIDTH)
    for (const [i, prompt] of PROMPTS.entries()) {
      const { tokens } = await model.render(prompt)
      expect(capture.positions[i]).toEqual(tokens.map((_, position) => position).slice(1))
      expect(capture.states[i]!.map(states => states.length)).toEqual(Array(LAYERS).fill((tokens.length - 1) * WIDTH))
    }
  })

  test.each([
    [{ phase: 'prompt', first: 2 }, (length: number) => [1, 2].filter(position => position < length)],
    [{ phase: 'prompt', last: 2 }, (length: number) => [length - 2, length - 1]],
    [{ part: 'template-suffix' }, (length: number) => [length - 4, length - 3, length - 2, length - 1]],
    [{ part: 'template-suffix', first: 1 }, (length: number) => [length - 4]],
  ] as const)('tokens %j are selected', async (tokens, positions) => {
    const { model } = await subject().pair()
    const capture = await model.capture(PROMPTS, Where.parse({ layers: [3, 1], tokens }), { reduce: 'none' })
    const whole = await model.capture(PROMPTS, Where.parse({ layers: [1, 3] }), { reduce: 'none' })
    expect(capture.layers).toEqual([1, 3])
    for (const [i, prompt] of PROMPTS.entries()) {
      const expected = positions((await model.render(prompt)).tokens.length)
      expect(capture.positions[i]).toEqual(expected)
      for (const [k, states] of capture.states[i]!.entries()) {
        const rows = expected.flatMap(position => [...row(whole.states[i]![k]!, position - 1)])
        expect(distance(states, rows)).toBeLessThan(1e-5)
      }
    }
  })

  test('the states of a prompt are the same behind one that begins alike', async () => {
    const { model } = await subject().pair()
    const alike = ['say it again, and again', 'say it again, and then', 'say it again, and then', 'say it', 'then']
    for (const where of [
      Where.parse({ layers: [1], tokens: { part: 'template-suffix' } }),
      Where.parse({ layers: [3], tokens: { phase: 'prompt', last: 1 } }),
      Where.parse({ layers: [0, 2], tokens: { part: 'user' } }),
    ]) {
      const together = await model.capture(alike, where, { reduce: 'mean' })
      for (const [i, prompt] of alike.entries()) {
        const alone = await model.capture([prompt], where, { reduce: 'mean' })
        for (const [k, states] of together.states[i]!.entries()) {
          expect(distance(states, alone.states[0]![k]!)).toBeLessThan(1e-4)
        }
      }
    }
  })

  test('`mean` and `last` reduce what `none` returns', async () => {
    const { model } = await subject().pair()
    for (const where of [Where.parse({}), Where.parse({ site: 'embedding' })]) {
      const [none, mean, last] = await Promise.all(
        (['none', 'mean', 'last'] as const).map(reduce => model.capture(PROMPTS, where, { reduce })),
      )
      for (const [i, layers] of none!.states.entries()) {
        for (const [k, states] of layers.entries()) {
          const rows = states.length / WIDTH
          const average = Array.from({ length: WIDTH }, (_, c) => {
            return Array.from({ length: rows }, (_, r) => states[r * WIDTH + c]!).reduce((a, b) => a + b, 0) / rows
          })
          expect(distance(mean!.states[i]![k]!, average)).toBeLessThan(1e-5)
          expect(distance(last!.states[i]![k]!, row(states, rows - 1))).toBeLessThan(1e-5)
        }
      }
    }
  })

  test.each(EVERYWHERE)(
    'add at layer $layer moves the selected states by α·s·û, and nothing before them',
    async place => {
      const { model } = await subject().pair()
      const tokens = { phase: 'prompt', last: 3 } as const
      const added = vector('add', { ...at(place), tokens }, { seed: 3 })
      const { unit, scale } = sharedDirection(added)
      for (const seen of EVERYWHERE.filter(({ layer }) => layer <= place.layer)) {
        const where = Where.parse(at(seen))
        const plain = await model.capture(PROMPTS, where, { reduce: 'none' })
        const steered = await model.capture(PROMPTS, where, {
          reduce: 'none',
          steering: [{ vector: added, strength: -0.5 }],
        })
        for (const [i, [states]] of plain.states.entries()) {
          const rows = states!.length / WIDTH
          const expected = states!.slice()
          for (let r = rows - 3; r < rows; r++) {
            if (seen.layer !== place.layer) continue
            for (let c = 0; c < WIDTH; c++) expected[r * WIDTH + c]! -= 0.5 * scale * unit[c]!
          }
          expect(distance(steered.states[i]![0]!, expected)).toBeLessThan(1e-5)
        }
      }
    },
  )

  test.each(EVERYWHERE)('ablate at layer $layer leaves nothing along û', async place => {
    const { model } = await subject().pair()
    const ablated = vector('ablate', at(place), { seed: 4 })
    const { unit } = sharedDirection(ablated)
    const along = async (steering: DirectionVector | null) => {
      const { states } = await model.capture(PROMPTS, Where.parse(at(place)), {
        reduce: 'none',
        ...(steering && { steering: [{ vector: steering }] }),
      })
      return states.flatMap(([layer]) =>
        Array.from({ length: layer!.length / WIDTH }, (_, r) =>
          Math.abs(row(layer!, r).reduce((sum, value, c) => sum + value * unit[c]!, 0)),
        ),
      )
    }
    expect(Math.min(...(await along(null)).map(value => value))).toBeGreaterThan(1e-5)
    expect(Math.max(...(await along(ablated)))).toBeLessThan(1e-5)
  })

  test('directions of each layer go to their own layer', async () => {
    const { model } = await subject().pair()
    const directions = {
      0: sharedDirection(vector('add', {}, { seed: 5 })),
      2: sharedDirection(vector('add', {}, { seed: 6 })),
    }
    const both: DirectionVector = { edit: 'add', where: Where.parse({ layers: [0, 2] }), directions }
    const apart = ([0, 2] as const).map(layer => ({
      vector: { edit: 'add' as const, where: Where.parse({ layers: [layer] }), directions: directions[layer] },
    }))
    const where = Where.parse({ layers: 'all' })
    const one = await model.capture(PROMPTS, where, { steering: [{ vector: both }] })
    const two = await model.capture(PROMPTS, where, { steering: apart })
    expect(one.states).toEqual(two.states)
    const missing: DirectionVector = { ...both, where: Where.parse({ layers: [0, 1] }) }
    expect(await codeOf(model.capture(PROMPTS, where, { steering: [{ vector: missing }] }))).toBe('vector-mismatch')
  })

  test('first-token probabilities sum to 1 and agree with scores', async () => {
    const { model } = await subject().pair()
    const vocabulary = Array.from({ length: model.info.vocabulary }, (_, token) => token)
    for (const steering of [undefined, steer('add', { layers: [1] })]) {
      const all = await model.firstToken(PROMPTS, vocabulary, { steering })
      for (const [i, prompt] of PROMPTS.entries()) {
        expect(all[i]!.reduce((sum, value) => sum + Math.exp(value), 0)).toBeCloseTo(1, 6)
        const letters = ['a', 'x', ' the', 'hell']
        const scores = await model.score(
          letters.map(continuation => ({ prompt, continuation })),
          { steering },
        )
        for (const [k, letter] of letters.entries()) {
          const tokens = await model.tokenize(letter, { special: 'plain' })
          expect(tokens).toHaveLength(1)
          expect(scores[k]!.tokens).toBe(1)
          expect(Math.abs(scores[k]!.logLikelihood - all[i]![tokens[0]!]!)).toBeLessThan(subject().tolerance)
          expect(scores[k]!.greedy).toBe(all[i]!.indexOf(Math.max(...all[i]!)) === tokens[0])
        }
      }
    }
  })

  test('the divergence of a steering is that of its distributions, token by token', async () => {
    const { model } = await subject().pair()
    const vocabulary = Array.from({ length: model.info.vocabulary }, (_, token) => token)
    const steerings = [steer('add', { layers: [1] }), steer('ablate', { layers: [2] }), []]
    const raw = 'hello the world, and the rest'
    const words = await model.tokenize(raw, { special: 'plain' })
    const prefixes = await Promise.all(words.map(async (_, i) => ({ raw: await model.detokenize(words.slice(0, i)) })))
    const plain = await model.firstToken(prefixes, vocabulary)
    const [whole] = await model.divergence([{ prompt: { raw }, continuation: '' }], steerings)
    for (const [k, steering] of steerings.entries()) {
      // What stands before the first word is the beginning of sequence, which no steering touches.
      const steered = await model.firstToken(prefixes.slice(1), vocabulary, { steering })
      const expected = [0, ...steered.map((after, i) => divergenceOf(plain[i + 1]!, after))]
      expect(whole![k]).toHaveLength(words.length)
      expect(distance(whole![k]!, expected)).toBeLessThan(subject().tolerance)
    }
    expect(Math.max(...whole![0]!)).toBeGreaterThan(100 * subject().tolerance)
    expect(Math.max(...whole![2]!)).toBe(0)
  })

  test('steerings are compared on answers, each as by itself, and texts of any length', async () => {
    const { model } = await subject().pair()
    const steerings = [
      steer('add', { layers: [1], tokens: { phase: 'generated' } }),
      steer('add', { tokens: { part: 'template-suffix' } }),
    ]
    const long = { prompt: 'then', continuation: 'again, and '.repeat(20) }
    const items = [...PROMPTS.map((prompt, i) => ({ prompt, continuation: ` the answer is ${i}` })), long]
    const together = await model.divergence(items, steerings)
    for (const [i, { continuation }] of items.entries()) {
      const tokens = await model.tokenize(continuation)
      for (const [k, steering] of steerings.entries()) {
        const [alone] = await model.divergence([items[i]!], [steering])
        expect(together[i]![k]).toHaveLength(tokens.length)
        expect(distance(together[i]![k]!, alone![0]!)).toBeLessThan(subject().tolerance)
      }
      // The first token of an answer is expected before anything of it is there to be steered.
      expect(together[i]![0]![0]).toBe(0)
      expect(together[i]![1]![0]).toBeGreaterThan(0)
    }
    // More than is compared at once: every part of the text is.
    expect(together[6]![0]!.length).toBeGreaterThan(128)
    expect(Math.min(...together[6]![0]!.slice(1))).toBeGreaterThan(0)
    expect(await model.divergence([], steerings)).toEqual([])
    expect(await model.divergence([items[0]!], [])).toEqual([[]])
  })

  test('what a model writes is what it would write', async () => {
    const { model } = await subject().pair()
    for (const steering of [undefined, steer('ablate', { layers: 'all' })]) {
      const answers = await model.generate(PROMPTS, { steering, maxTokens: 6 })
      // Greedy tokens need not be the tokeniser's own way to write their text.
      const own = await Promise.all(answers.map(async ({ text }) => model.tokenize(text, { special: 'plain' })))
      const rows = [...answers.keys()].filter(i => own[i]!.join() === answers[i]!.tokens.join())
      expect(rows.length).toBeGreaterThan(0)
      const scores = await model.score(
        rows.map(i => ({ prompt: PROMPTS[i]!, continuation: answers[i]!.text })),
        { steering },
      )
      expect(scores.map(({ greedy, tokens }) => ({ greedy, tokens }))).toEqual(
        rows.map(() => ({ greedy: true, tokens: 6 })),
      )
      const others = await model.score(
        rows.map(i => ({ prompt: PROMPTS[i]!, continuation: `${answers[i]!.text}zzzz` })),
        { steering },
      )
      expect(others.some(({ greedy }) => greedy)).toBe(false)
    }
  })

  test('a text scored by itself: every token but the first', async () => {
    const { model } = await subject().pair()
    const raw = 'hello the world, and the rest'
    const { tokens } = await model.render({ raw })
    const [score] = await model.score([{ prompt: { raw }, continuation: '' }])
    expect(score!.tokens).toBe(tokens.length - 1)
    const words = await model.tokenize(raw, { special: 'plain' })
    let sum = 0
    for (const [i, word] of words.entries()) {
      const [before] = await model.firstToken([{ raw: await model.detokenize(words.slice(0, i)) }], [word])
      sum += before![0]!
    }
    expect(Math.abs(score!.logLikelihood - sum)).toBeLessThan(subject().tolerance)
  })
}

function sharedDirection({ directions }: DirectionVector): Direction {
  if ('unit' in directions) return directions
  throw new Error('expected one direction for every layer')
}

/** Σ p (ln p − ln q). */
function divergenceOf(before: Float64Array, after: Float64Array): number {
  return before.reduce((sum, logP, token) => sum + Math.exp(logP) * (logP - after[token]!), 0)
}
