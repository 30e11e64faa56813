/** The default real model, wherever it is in the cache or can be pulled: quantised, thirty layers, a template of its own. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openModel } from '../../src/engine/open.ts'
import type { Model } from '../../src/engine/types.ts'
import { DEFAULT_MODEL, pullModel } from '../../src/models/index.ts'
import { fit as fitVector } from '../../src/steer/index.ts'
import { openStore } from '../../src/store/index.ts'
import { loadStudy, planStudy, runStudy } from '../../src/study/index.ts'

const pulled = await pullModel(DEFAULT_MODEL).catch(error => {
  console.warn(`NOT RUN: tests on ${DEFAULT_MODEL}, which is not in the cache and cannot be pulled:\n${error.found}`)
})

const prompts = ['Name a colour.', 'What is the capital of France?', 'Count to five.']

describe.runIf(pulled)(`${DEFAULT_MODEL}`, () => {
  let model: Model
  beforeAll(async () => {
    model = await openModel(pulled?.file ?? '', { name: DEFAULT_MODEL, threads: 1 })
  })
  afterAll(() => model[Symbol.asyncDispose]())

  test('is what the registry says', () => {
    expect(model.info).toMatchObject({
      architecture: 'llama',
      layers: 30,
      width: 576,
      hasChatTemplate: true,
      parameters: pulled?.entry.parameters,
    })
  })

  test('steering one of three moves its answer alone, on the prompt and on every token it writes', async () => {
    const vector = await fitVector(model, {
      method: 'diffmean',
      layer: 14,
      positive: ['Write a happy poem.', 'Tell me a joke.', 'Praise the sea.'],
      negative: ['List three taxes.', 'Define inertia.', 'Convert 3 miles to km.'],
    })
    const plain = await model.generate(prompts, { maxTokens: 16 })
    const steering = [{ vector, strength: 4 }]
    const mixed = await model.generate(
      prompts.map((prompt, i) => ({ prompt, steering: i === 1 ? steering : undefined })),
      { maxTokens: 16 },
    )
    expect([mixed[0], mixed[2]]).toEqual([plain[0], plain[2]])
    expect(mixed[1]?.tokens).not.toEqual(plain[1]?.tokens)
    const { promptTokens, generatedTokens, layers } = mixed[1]?.trace ?? { layers: [] }
    // Every prompt token but the beginning of sequence, which here stands as an ordinary first token of the template;
    // the last token written is never read again.
    const { startsWithBos } = await model.render(prompts[1] ?? '')
    const read =
      (promptTokens ?? 0) - (startsWithBos ? 1 : 0) + (generatedTokens ?? 0) - (mixed[1]?.finish === 'length' ? 1 : 0)
    expect(layers).toEqual([{ site: 'residual', layer: 14, tokens: read, relativeChange: expect.any(Number) }])
  })

  test('greedy text is what the log-likelihoods say it is', async () => {
    const [answer] = await model.generate(['What is the capital of France?'], { maxTokens: 6 })
    const text = answer?.text ?? ''
    const [right, wrong] = await model.score([
      { prompt: 'What is the capital of France?', continuation: text },
      { prompt: 'What is the capital of France?', continuation: ' purple monkey dishwasher' },
    ])
    expect(right?.greedy).toBe(true)
    expect(right?.logLikelihood).toBeGreaterThan(wrong?.logLikelihood ?? 0)
  })

  test('a vector trained through its four-bit weights makes held-out answers as likely as training said', async () => {
    const layer = 24
    const target = 'Ahoy, matey! Arr, that be a fine question.'
    const examples = [...prompts, 'How do I boil an egg?', 'Who wrote Hamlet?', 'Recommend a book.'].map(prompt => ({
      prompt,
      target,
    }))
    const held = ['Where is Rome?', 'How tall is Everest?'].map(prompt => ({ prompt, target }))
    const start = new Float64Array(model.info.width).fill(0.01)
    const spec = { layer, epochs: 4, batch: 3, learningRate: 0.2, edit: { kind: 'add', start } } as const
    const { parameters, losses, validation } = await model.train(examples, spec, { validation: held })
    expect(losses.at(-1)!).toBeLessThan(losses[0]! - 0.3)
    const said = Math.min(...validation)
    expect(said).toBeLessThan(validation[0]! - 0.3)

    const scale = Math.hypot(...parameters)
    const unit = Float32Array.from(parameters, value => value / scale)
    const vector = { edit: 'add', where: { layers: [layer] }, directions: { [layer]: { unit, scale } } } as const
    const scores = await model.score(
      held.map(({ prompt, target }) => ({ prompt, continuation: target })),
      { steering: [{ vector }] },
    )
    const lost = -scores.reduce((sum, { logLikelihood }) => sum + logLikelihood, 0)
    // The engine keeps its cache in half precision and multiplies weights that it has laid out anew; the tail has neither.
    expect(Math.abs(lost / scores.reduce((sum, { tokens }) => sum + tokens, 0) - said)).toBeLessThan(0.02)
  })

  test('a whole study, cut to a few rows, ends with a verdict', async () => {
    const { study, folder } = loadStudy('overrefusal-quick', {
      model: DEFAULT_MODEL,
      limit: 6,
      conditions: [{ method: 'diffmean', layer: 14, strength: 2 }],
      fit: { keep: 'all', limit: 16 },
      generation: { maxTokens: 16 },
    })
    await using store = await openStore(':memory:')
    const { result } = await runStudy(await planStudy({ study, folder }), { model, store })
    expect(result.model.name).toBe(DEFAULT_MODEL)
    expect(result.conditions.find(({ role }) => role === 'method')?.verdict).toMatch(
      /^(over|cannot-tell|no-effect|within|undecided)$/,
    )
  }, 300_000)
})
