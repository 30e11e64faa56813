/** LoRA adapters: what one adds to a model is what its merged weights give. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openModel } from '../../src/engine/open.ts'
import type { Generation, Model } from '../../src/engine/types.ts'
import { writeMerged, writeTinyAdapter } from '../support/tiny-adapter.ts'
import { writeNotGguf, writeTinyModel, writeTruncated } from '../support/tiny-gguf.ts'
import { distance, PROMPTS, steer } from './contract/subject.ts'
import { failureOf } from './failures/failure.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-adapters-'))
const at = (name: string) => join(folder, name)
const plain = at('plain.gguf')
writeTinyModel(plain)
writeTinyAdapter(at('one.gguf'), { seed: 1 })
writeTinyAdapter(at('two.gguf'), { seed: 2, rank: 3 })
await writeMerged(plain, at('merged-one.gguf'), { seed: 1 }, 1)
await writeMerged(plain, at('merged-half.gguf'), { seed: 1 }, -0.5)
await writeMerged(at('merged-one.gguf'), at('merged-both.gguf'), { seed: 2, rank: 3 }, 2)

const exact = { threads: 1, cache: 'f32', flashAttention: 'off' } as const
const open = (name: string) => openModel(at(name), exact)
const model = await open('plain.gguf')
afterAll(async () => {
  await model[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const one = [{ file: at('one.gguf') }]
const both = [...one, { file: at('two.gguf'), scale: 2 }]
const texts = (answers: readonly Generation[]) => answers.map(({ text }) => text)
async function merged(name: string, ask: (model: Model) => Promise<Generation[]>): Promise<string[]> {
  await using opened = await open(name)
  return texts(await ask(opened))
}

describe('an adapter', () => {
  test.each([
    ['merged-one.gguf', one],
    ['merged-half.gguf', [{ file: at('one.gguf'), scale: -0.5 }]],
    ['merged-both.gguf', both],
  ] as const)('answers as %s', async (name, adapters) => {
    const adapted = await model.generate(PROMPTS, { adapters, maxTokens: 24 })
    expect(texts(adapted)).toEqual(await merged(name, other => other.generate(PROMPTS, { maxTokens: 24 })))
    expect(texts(adapted)).not.toEqual(texts(await model.generate(PROMPTS, { maxTokens: 24 })))
  })

  test('is read, scored and compared as its merged weights are, steered or not', async () => {
    const items = PROMPTS.map(prompt => ({ prompt, continuation: ' and so on' }))
    const steering = steer('add', { layers: [1] })
    const read = async (from: Model, adapters?: typeof both) => [
      ...(await from.capture(items, { layers: 'all' }, { adapters })).states.flat().map(state => [...state]),
      ...(await from.capture(PROMPTS, { site: 'mlp', layers: [2] }, { adapters, steering })).states
        .flat()
        .map(state => [...state]),
      (await from.score(items, { adapters })).map(({ logLikelihood }) => logLikelihood),
      ...(await from.firstToken(PROMPTS, [5, 65], { adapters, steering })).map(values => [...values]),
      ...(await from.divergence(items, [steering], { adapters })).flat().map(values => [...values]),
    ]
    await using merged = await open('merged-both.gguf')
    const [expected, plainly] = [await read(merged), await read(model)]
    const found = await read(model, both)
    expect(found).toHaveLength(expected.length)
    for (const [i, values] of found.entries()) {
      expect(distance(values, expected[i]!)).toBeLessThan(1e-4)
      expect(distance(values, plainly[i]!)).toBeGreaterThan(1e-3)
    }
    expect(await read(model)).toEqual(plainly)
  })

  test('at scale 0 is none, and none is left behind', async () => {
    const before = await model.generate(PROMPTS, { maxTokens: 16 })
    await model.generate(PROMPTS, { adapters: both, maxTokens: 16 })
    expect(await model.generate(PROMPTS, { adapters: [{ file: at('one.gguf'), scale: 0 }], maxTokens: 16 })).toEqual(
      before,
    )
    expect(await model.generate(PROMPTS, { maxTokens: 16 })).toEqual(before)
  })

  test('is each request’s own, and so is its steering', async () => {
    const steering = steer('add', { layers: [1] })
    const requests = PROMPTS.map((prompt, i) => ({
      prompt,
      maxTokens: 16,
      adapters: [[], one, both][i % 3]!,
      ...(i >= 3 ? { steering } : {}),
    }))
    const together = await model.generate(requests)
    for (const [i, request] of requests.entries()) {
      const [alone] = await model.generate([request])
      expect(together[i]!.text).toBe(alone!.text)
      expect(together[i]!.trace === undefined).toBe(i < 3)
    }
    const expected = await merged('merged-both.gguf', other =>
      other.generate([{ prompt: PROMPTS[5]!, maxTokens: 16, steering }]),
    )
    expect([together[5]!.text]).toEqual(expected)
  })
})

describe('a file that is no adapter for this model', () => {
  test.each([
    ['missing.gguf', 'not-found'],
    ['letter.gguf', 'adapter-invalid'],
    ['half.gguf', 'adapter-invalid'],
    ['wide.gguf', 'adapter-invalid'],
    ['other.gguf', 'adapter-invalid'],
    ['plain.gguf', 'adapter-invalid'],
  ])('%s is refused, and the next call works', async (name, code) => {
    writeNotGguf(at('letter.gguf'))
    writeTruncated(at('half.gguf'), at('one.gguf'))
    writeTinyAdapter(at('wide.gguf'), { width: 64 })
    writeTinyAdapter(at('other.gguf'), { architecture: 'qwen2' })
    const error = await failureOf(model.generate(['hello'], { adapters: [{ file: at(name) }] }))
    expect(error).toMatchObject({ code, where: at(name), fix: expect.stringMatching(/\w+ \w+/) })
    expect(await model.generate(['hello'], { adapters: one, maxTokens: 2 })).toHaveLength(1)
  })

  test('a scale that is not a number is refused', async () => {
    const adapters = [{ file: at('one.gguf'), scale: Number.NaN }]
    expect(await failureOf(model.generate(['hello'], { adapters }))).toMatchObject({ code: 'invalid-input' })
  })
})
