/** One vector for every token, added by llama.cpp itself: the same answers as the edit that brings every state out. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openModel } from '../../src/engine/open.ts'
import type { Generation, Steering } from '../../src/engine/types.ts'
import { familyNames } from '../support/families/index.ts'
import { writeTinyModel } from '../support/tiny-gguf.ts'
import { PROMPTS, vector } from './contract/subject.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-fast-path-'))
const file = join(folder, 'tiny.gguf')
writeTinyModel(file)
const exact = { threads: 1, cache: 'f32', flashAttention: 'off' } as const
const [fast, plain] = await Promise.all([
  openModel(file, { ...exact, fastPath: 'on' }),
  openModel(file, { ...exact, fastPath: 'off' }),
])
afterAll(async () => {
  await Promise.all([fast[Symbol.asyncDispose](), plain[Symbol.asyncDispose]()])
  rmSync(folder, { recursive: true, force: true })
})

const everyToken = { phase: 'all', beginning: 'keep' } as const
const at = (layers: number[], strength = 1): Steering => [
  { vector: vector('add', { layers, tokens: everyToken }), strength },
]
const texts = (answers: readonly Generation[]) => answers.map(({ text }) => text)
const tokens = ({ trace }: Generation) => trace?.layers.map(({ layer, tokens }) => [layer, tokens])
const seen = (answers: readonly Generation[]) =>
  answers.flatMap(({ trace }) => trace?.layers.map(({ relativeChange }) => relativeChange !== null) ?? [])

describe('the fast path', () => {
  test.each([
    ['one layer', at([1])],
    ['the last layer', at([3], -2)],
    ['several layers', at([1, 2, 3], 0.5)],
    ['the sum of two', [...at([2]), { vector: vector('add', { layers: [2, 3], tokens: everyToken }, { seed: 2 }) }]],
  ] as const)('answers as the edit does: %s', async (_, steering) => {
    const options = { steering, maxTokens: 20, slots: 3 }
    const [quick, slow] = [await fast.generate(PROMPTS, options), await plain.generate(PROMPTS, options)]
    expect(texts(quick)).toEqual(texts(slow))
    expect(texts(quick)).not.toEqual(texts(await plain.generate(PROMPTS, { maxTokens: 20, slots: 3 })))
    expect(quick.map(tokens)).toEqual(slow.map(tokens))
    expect(new Set(seen(quick))).toEqual(new Set([false]))
    expect(new Set(seen(slow))).toEqual(new Set([true]))
  })

  test('counts the tokens that were computed, whether an answer was cut short or ended by itself', async () => {
    const steering = at([2])
    const ends = join(folder, 'ends.gguf')
    writeTinyModel(ends, { endOfTurn: 'likely' })
    await using quick = await openModel(ends, { ...exact, fastPath: 'on' })
    await using slow = await openModel(ends, { ...exact, fastPath: 'off' })
    const options = { steering, maxTokens: 12, stop: ['e'] }
    const [a, b] = [await quick.generate(PROMPTS, options), await slow.generate(PROMPTS, options)]
    expect(new Set(b.map(({ finish }) => finish))).toContain('stop')
    expect(a.map(tokens)).toEqual(b.map(tokens))
  })

  test('is left where it would not do the same', async () => {
    const layerNought = at([0, 1])
    const clause: Steering = [{ vector: vector('add', { layers: [1], tokens: { phase: 'generated' } }) }]
    const skipped: Steering = [{ vector: vector('add', { layers: [1] }) }]
    for (const steering of [layerNought, clause, skipped]) {
      const options = { steering, maxTokens: 8 }
      const answers = await fast.generate(PROMPTS, options)
      expect(seen(answers)).not.toContain(false)
      expect(answers).toEqual(await plain.generate(PROMPTS, options))
    }
    const different = PROMPTS.map((prompt, i) => ({ prompt, steering: at([1], i / 2), maxTokens: 8 }))
    expect(await fast.generate(different)).toEqual(await plain.generate(different))
  })

  test('takes the layers of the vector before it away with it', async () => {
    for (const layers of [[1, 2, 3], [1], [2], [1]]) {
      const options = { steering: at(layers, 2), maxTokens: 8 }
      expect(texts(await fast.generate(PROMPTS, options))).toEqual(texts(await plain.generate(PROMPTS, options)))
    }
  })

  test.each(familyNames)('answers as the edit does, or is left, in %s', async family => {
    const own = join(folder, `${family}.gguf`)
    writeTinyModel(own, { family })
    await using quick = await openModel(own, { ...exact, fastPath: 'on' })
    await using slow = await openModel(own, { ...exact, fastPath: 'off' })
    const options = { steering: at([1, 3], 2), maxTokens: 8 }
    const answers = await quick.generate(PROMPTS, options)
    expect(texts(answers)).toEqual(texts(await slow.generate(PROMPTS, options)))
    expect(texts(answers)).not.toEqual(texts(await quick.generate(PROMPTS, { maxTokens: 8 })))
  })

  test('leaves nothing behind', async () => {
    const before = await plain.generate(PROMPTS, { maxTokens: 8 })
    await fast.generate(PROMPTS, { steering: at([1, 2]), maxTokens: 8 })
    expect(await fast.generate(PROMPTS, { maxTokens: 8 })).toEqual(before)
    const { states } = await fast.capture(PROMPTS, { layers: [1, 2] })
    expect(states).toEqual((await plain.capture(PROMPTS, { layers: [1, 2] })).states)
    const other = { steering: at([3]), maxTokens: 8 }
    expect(texts(await fast.generate(PROMPTS, other))).toEqual(texts(await plain.generate(PROMPTS, other)))
  })
})
