/** Generation: batches, stops, streams, cancelling, and where steering reaches. */
import { expect, test } from 'vitest'
import type { Generation, Prompt, Request, Steering, Token } from '../../../src/engine/types.ts'
import { argmax } from '../../reference/arithmetic.ts'
import { codeOf, collect, type Pair, PROMPTS, placements, type Subject, steer } from './subject.ts'

const LAYERS = 4
const LAST = LAYERS - 1
const texts = (generations: readonly Generation[]) => generations.map(({ text }) => text)
const manyPrompts = (count: number) => Array.from({ length: count }, (_, i) => `${PROMPTS[i % PROMPTS.length]} ${i}`)
/** More tokens than an engine may think worth sharing between prompts. */
const PREAMBLE = 'the quick brown fox jumps over the lazy dog, and then what? '

export function generationBehaviours(subject: () => Subject): void {
  test('answers come in the order of the requests, each of its own length', async () => {
    const { model } = await subject().pair()
    const lengths = [3, 9, 1, 5, 2, 7]
    const requests = PROMPTS.map((prompt, i): Request => ({ prompt, maxTokens: lengths[i]! }))
    const answers = await model.generate(requests, { slots: 2 })
    expect(answers.map(({ tokens }) => tokens.length)).toEqual(lengths)
    for (const [i, prompt] of PROMPTS.entries()) {
      const { text, tokens } = await model.render(prompt)
      expect(answers[i]).toMatchObject({ finish: 'length', rendered: text, promptTokens: tokens.length })
      expect(answers[i]!.trace).toBeUndefined()
      expect(await model.detokenize(answers[i]!.tokens)).toBe(answers[i]!.text)
    }
    const again = await model.generate(PROMPTS, { maxTokens: 9 })
    expect(again.map(({ text }, i) => text.startsWith(answers[i]!.text))).toEqual(PROMPTS.map(() => true))
  })

  test('no prompts, no answers', async () => {
    const { model } = await subject().pair()
    expect(await model.generate([])).toEqual([])
  })

  test('the same call gives the same answers', async () => {
    const { model } = await subject().pair({ endOfTurn: 'likely' })
    const call = () =>
      model.generate(manyPrompts(20), { maxTokens: 24, slots: 6, steering: steer('add', { layers: [1] }) })
    expect(await call()).toEqual(await call())
  })

  test('many more prompts than slots: each answer is the one the prompt gets alone', async () => {
    const { model } = await subject().pair({ endOfTurn: 'likely' })
    const prompts = manyPrompts(40)
    const together = await model.generate(prompts, { maxTokens: 20, slots: 3 })
    for (const [i, prompt] of prompts.entries()) {
      expect(together[i]).toEqual((await model.generate([prompt], { maxTokens: 20 }))[0])
    }
    expect(new Set(together.map(({ finish }) => finish))).toEqual(new Set(['stop', 'length']))
  })

  test('a model that ends its turn: no trace of the end in text or tokens', async () => {
    const { model, reference } = await subject().pair({ endOfTurn: 'likely' })
    for (const [i, answer] of (await model.generate(manyPrompts(20), { maxTokens: 30 })).entries()) {
      expect(await model.detokenize(answer.tokens)).toBe(answer.text)
      const next = argmax(reference.replay(await reference.render(manyPrompts(20)[i]!), answer.tokens).logits.at(-1)!)
      if (answer.finish === 'stop') expect(await reference.detokenize([next])).toBe('<|end|>')
      else expect(answer.tokens).toHaveLength(30)
    }
  })

  test('generation ends before the first stop string', async () => {
    const { model } = await subject().pair()
    const free = await model.generate(PROMPTS, { maxTokens: 30 })
    for (const [i, prompt] of PROMPTS.entries()) {
      const { text } = free[i]!
      for (const stop of [[text.slice(4, 7)], [text.slice(9, 10), text.slice(6, 8)], [text.slice(0, 2)]]) {
        const end = Math.min(...stop.map(string => text.indexOf(string)))
        const [answer] = await model.generate([prompt], { maxTokens: 30, stop })
        expect(answer).toMatchObject({ text: text.slice(0, end), finish: 'stop' })
      }
      const [whole] = await model.generate([prompt], { maxTokens: 30, stop: ['\u0001 never'] })
      expect(whole).toEqual(free[i])
    }
  })

  test.each(['ascii', 'any'] as const)(
    'streamed tokens are the text, with and without stop strings (%s bytes)',
    async bytes => {
      const { model } = await subject().pair({ bytes, endOfTurn: 'likely' })
      for (const prompt of PROMPTS) {
        const [free] = await model.generate([prompt], { maxTokens: 24 })
        const streamed = await collect(model.stream(prompt, { maxTokens: 24 }))
        expect(streamed.map(({ text }) => text).join('')).toBe(free!.text)
        expect(streamed.map(({ id }) => id).slice(0, free!.tokens.length)).toEqual(free!.tokens)
        const stop = free!.text.slice(2, 5)
        if (stop.length < 3) continue
        const [stopped] = await model.generate([prompt], { maxTokens: 24, stop: [stop] })
        const until = await collect(model.stream(prompt, { maxTokens: 24, stop: [stop] }))
        expect(until.map(({ text }) => text).join('')).toBe(stopped!.text)
      }
    },
  )

  test('onToken tells every token of every request, under its index', async () => {
    const { model } = await subject().pair({ bytes: 'any' })
    const told = PROMPTS.map(() => '')
    const answers = await model.generate(PROMPTS, {
      maxTokens: 16,
      slots: 4,
      onToken: (index, token) => {
        told[index] += token.text
      },
    })
    expect(told).toEqual(texts(answers))
    const beside: Token[] = []
    const onToken = (_: number, token: Token) => beside.push(token)
    expect(await collect(model.stream(PROMPTS[0] ?? '', { maxTokens: 16, onToken }))).toEqual(beside)
    expect(beside).not.toEqual([])
  })

  test('a stream that is left early leaves the model free', async () => {
    const { model } = await subject().pair()
    for await (const token of model.stream('hello', { maxTokens: 200 })) {
      expect(token.text).not.toBe('')
      break
    }
    expect(await model.generate(['hello'], { maxTokens: 4 })).toHaveLength(1)
  })

  test('AbortSignal cancels, and the model goes on working', async () => {
    const { model } = await subject().pair()
    const before = await model.generate(PROMPTS, { maxTokens: 8 })
    const controller = new AbortController()
    let seen = 0
    const cancelled = model.generate(manyPrompts(30), {
      maxTokens: 200,
      signal: controller.signal,
      onToken: () => {
        if (++seen === 5) controller.abort()
      },
    })
    expect(await codeOf(cancelled)).toBe('cancelled')
    const aborted = AbortSignal.abort()
    expect(await codeOf(model.generate(PROMPTS, { signal: aborted }))).toBe('cancelled')
    expect(await codeOf(model.score([{ prompt: 'a', continuation: 'b' }], { signal: aborted }))).toBe('cancelled')
    expect(await codeOf(collect(model.stream('a', { signal: aborted })))).toBe('cancelled')
    expect(await model.generate(PROMPTS, { maxTokens: 8 })).toEqual(before)
  })

  test('a call can be cancelled as soon as it is made', async () => {
    const { model } = await subject().pair()
    const controller = new AbortController()
    const call = model.generate(PROMPTS, { maxTokens: 200, signal: controller.signal })
    controller.abort()
    expect(await codeOf(call)).toBe('cancelled')
  })

  test('a listener that throws ends its call with its own error', async () => {
    const { model } = await subject().pair()
    const failure = new Error('from the listener')
    const call = model.generate(PROMPTS, {
      maxTokens: 100,
      onToken: () => {
        throw failure
      },
    })
    await expect(call).rejects.toBe(failure)
    expect(await model.generate(PROMPTS, { maxTokens: 2 })).toHaveLength(PROMPTS.length)
  })

  test('calls made together run one after the other, and none disturbs another', async () => {
    const { model } = await subject().pair()
    const alone = []
    for (const prompt of PROMPTS) alone.push(await model.generate([prompt], { maxTokens: 8 }))
    expect(await Promise.all(PROMPTS.map(prompt => model.generate([prompt], { maxTokens: 8 })))).toEqual(alone)
  })

  test.each(placements(LAYERS).flatMap(place => (['add', 'ablate'] as const).map(edit => ({ ...place, edit }))))(
    '$edit at $name reaches each token exactly once',
    async ({ where, edit }) => {
      const pair = await subject().pair()
      const steering = steer(edit, where, { seed: 8, strength: edit === 'add' ? 2 : 1 })
      const answers = await pair.model.generate(PROMPTS, { maxTokens: 12, steering, slots: 4 })
      for (const [i, prompt] of PROMPTS.entries()) await expectReplay(pair, prompt, answers[i]!, steering)
    },
  )

  test('that replay tells a vector applied twice, or one token late, or not at all', async () => {
    const pair = await subject().pair()
    const steering = steer('add', { layers: [1] }, { seed: 8, strength: 2 })
    const answers = await pair.model.generate(PROMPTS, { maxTokens: 12, steering })
    const wrong = (other: Steering) =>
      Promise.all(PROMPTS.map((prompt, i) => expectReplay(pair, prompt, answers[i]!, other))).then(
        () => 'agrees',
        () => 'differs',
      )
    expect(await wrong(steering)).toBe('agrees')
    expect(await wrong([...steering, ...steering])).toBe('differs')
    expect(await wrong(steer('add', { layers: [2] }, { seed: 8, strength: 2 }))).toBe('differs')
    expect(await wrong(steer('add', { layers: [1], tokens: { phase: 'prompt' } }, { seed: 8, strength: 2 }))).toBe(
      'differs',
    )
    expect(await wrong([])).toBe('differs')
  })

  test('several terms in one request, and a clause that overrides the vector', async () => {
    const pair = await subject().pair()
    const [first] = steer('add', { layers: [0] }, { seed: 9 })
    const [second] = steer('ablate', { layers: 'all' }, { seed: 10 })
    const steering: Steering = [
      first!,
      second!,
      { ...first!, where: { site: 'residual', layers: [2], tokens: { phase: 'generated' } } },
    ]
    const answers = await pair.model.generate(PROMPTS, { maxTokens: 12, steering })
    for (const [i, prompt] of PROMPTS.entries()) await expectReplay(pair, prompt, answers[i]!, steering)
  })

  test('different steering side by side equals the steering alone', async () => {
    const { model } = await subject().pair()
    const kinds: (Steering | undefined)[] = [
      undefined,
      steer('add', { layers: [1] }),
      steer('add', { layers: [1] }, { strength: -1 }),
      steer('ablate', { site: 'embedding' }),
      steer('add', { layers: [LAST] }, { seed: 2, strength: 3 }),
      steer('add', { layers: 'all', tokens: { phase: 'generated' } }, { seed: 3 }),
    ]
    const requests = kinds.flatMap(steering => PROMPTS.map((prompt): Request => ({ prompt, steering })))
    const together = await model.generate(requests, { maxTokens: 10, slots: 8 })
    for (const [i, request] of requests.entries()) {
      const [alone] = await model.generate([request], { maxTokens: 10 })
      expect(together[i]!.text).toBe(alone!.text)
      expect(together[i]!.trace?.layers.map(({ layer, tokens }) => [layer, tokens])).toEqual(
        alone!.trace?.layers.map(({ layer, tokens }) => [layer, tokens]),
      )
    }
    const one = together.slice(0, PROMPTS.length)
    for (let kind = 1; kind < kinds.length; kind++) {
      expect(texts(together.slice(kind * PROMPTS.length, (kind + 1) * PROMPTS.length))).not.toEqual(texts(one))
    }
  })

  test('steering of the call applies where a request has none; an empty list is none', async () => {
    const { model } = await subject().pair()
    const [call, own] = [steer('add', { layers: [1] }), steer('add', { layers: [2] }, { seed: 2, strength: 2 })]
    const prompt = PROMPTS[0]!
    const answers = await model.generate([{ prompt }, { prompt, steering: own }, { prompt, steering: [] }], {
      maxTokens: 10,
      steering: call,
    })
    const alone = await Promise.all(
      [call, own, undefined].map(steering => model.generate([prompt], { maxTokens: 10, steering })),
    )
    expect(texts(answers)).toEqual(alone.map(([answer]) => answer!.text))
    expect(answers[2]!.trace).toBeUndefined()
  })

  test.each([
    ['', 'short prompts'],
    [PREAMBLE, 'prompts that begin alike'],
  ])('unsteered neighbours do not change by a bit (%j)', async preamble => {
    const { model } = await subject().pair()
    const prompts = PROMPTS.map(prompt => preamble + prompt)
    const steering = steer('add', { layers: 'all' }, { strength: 2 })
    const isSteered = (i: number) => i % 2 === 1
    const mixed = prompts.map((prompt, i): Request => (isSteered(i) ? { prompt, steering } : { prompt }))
    const [plain, beside] = [
      await model.generate(prompts, { maxTokens: 16 }),
      await model.generate(mixed, { maxTokens: 16 }),
    ]
    const items = prompts.map((prompt, i) => ({ prompt, continuation: `and then ${i}` }))
    const scores = await model.score(items)
    const scoresBeside = await model.score(items.map((item, i) => (isSteered(i) ? { ...item, steering } : item)))
    for (const i of prompts.keys()) {
      if (isSteered(i)) {
        expect(beside[i]!.text).not.toBe(plain[i]!.text)
        expect(scoresBeside[i]!.logLikelihood).not.toBe(scores[i]!.logLikelihood)
      } else {
        expect(beside[i]).toEqual(plain[i])
        expect(scoresBeside[i]).toEqual(scores[i])
      }
    }
  })

  test('prompts that begin alike, each with its own steering, are each answered as alone', async () => {
    const pair = await subject().pair()
    const kinds = [
      undefined,
      steer('add', { layers: [0], tokens: { phase: 'prompt' } }),
      steer('add', { layers: [1], tokens: { part: 'template-suffix' } }),
    ]
    const requests = kinds.flatMap(steering =>
      PROMPTS.map((prompt): Request => ({ prompt: PREAMBLE + prompt, steering })),
    )
    // Both orders: neighbours alike in steering, and neighbours that differ.
    for (const list of [requests, requests.map((_, i) => requests[(i * 7) % requests.length]!)]) {
      const answers = await pair.model.generate(list, { maxTokens: 10, slots: 4 })
      for (const [i, { prompt, steering }] of list.entries())
        await expectReplay(pair, prompt, answers[i]!, steering ?? [])
    }
  })

  test('strength 0 changes nothing and says so', async () => {
    const { model } = await subject().pair()
    const plain = await model.generate(PROMPTS, { maxTokens: 10 })
    const identity = await model.generate(PROMPTS, {
      maxTokens: 10,
      steering: steer('add', { layers: [1] }, { strength: 0 }),
    })
    expect(texts(identity)).toEqual(texts(plain))
    for (const { trace, promptTokens } of identity) {
      expect(trace?.layers).toEqual([{ site: 'residual', layer: 1, tokens: promptTokens - 1 + 9, relativeChange: 0 }])
    }
  })

  test('progress ends with every request done', async () => {
    const { model } = await subject().pair()
    const seen: { done: number; total: number }[] = []
    await model.generate(PROMPTS, { maxTokens: 2, onProgress: event => seen.push(event) })
    expect(seen.at(-1)).toMatchObject({ done: PROMPTS.length, total: PROMPTS.length })
    expect(seen.map(({ done }) => done)).toEqual(seen.map(({ done }) => done).sort((a, b) => a - b))
  })
}

/**
 * The oracle reads prompt and answer at once under the same steering: every token must have been its own choice, and
 * the trace must count what it counts. The last token of an answer is written and never read.
 */
async function expectReplay(
  { model, reference }: Pair,
  prompt: Prompt,
  answer: Generation,
  steering: Steering,
): Promise<void> {
  const rendered = await reference.render(prompt)
  const { logits, trace } = reference.replay(rendered, answer.tokens.slice(0, -1), steering)
  const chosen = logits.slice(rendered.tokens.length - 1).map(argmax)
  expect(answer.tokens).toEqual(chosen)
  if (answer.trace === undefined) {
    expect(steering).toHaveLength(0)
    return
  }
  expect(answer.trace).toMatchObject({ promptTokens: rendered.tokens.length, generatedTokens: answer.tokens.length })
  // On the last layer an engine may compute only the rows that logits are read from.
  const counted = (layers: typeof trace.layers) =>
    layers.filter(({ layer }) => layer < model.info.layers - 1).map(({ layer, tokens }) => ({ layer, tokens }))
  expect(counted(answer.trace.layers)).toEqual(counted(trace.layers))
  for (const { layer, relativeChange } of answer.trace.layers.filter(({ layer }) => layer < model.info.layers - 1)) {
    expect(Math.abs(relativeChange! - trace.layers.find(other => other.layer === layer)!.relativeChange!)).toBeLessThan(
      1e-4,
    )
  }
}
