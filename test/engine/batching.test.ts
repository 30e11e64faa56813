/** What continuous batching must not change: shared prefixes, sequences that move, steering that is another's. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openModel } from '../../src/engine/open.ts'
import type { Steering } from '../../src/engine/types.ts'
import { writeTinyModel } from '../support/tiny-gguf.ts'
import { steer } from './contract/subject.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-batching-'))
const file = join(folder, 'tiny.gguf')
writeTinyModel(file)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const exact = { cache: 'f32', flashAttention: 'off', threads: 1 } as const
const wrapper =
  'once upon a time there was a fox who told everybody what they wanted to hear, and one day it was asked: '
const requests = ['a', 'how far', 'why is it so dark in here tonight', 'b', 'tell me more of that', 'no']
const steering = steer('add', { layers: [1, 2] }, { strength: 0.5 })

test('prompts that share a long prefix answer as each does alone, steered or not', async () => {
  await using model = await openModel(file, exact)
  const last = steer('add', { layers: [model.info.layers - 1] }, { strength: 0.5 })
  for (const edits of [undefined, steering, last] satisfies (Steering | undefined)[]) {
    const prompts = requests.map(request => ({ prompt: wrapper + request, steering: edits }))
    const together = await model.generate(prompts, { maxTokens: 10, slots: 3 })
    for (const [i, prompt] of prompts.entries()) {
      const [alone] = await model.generate([prompt], { maxTokens: 10 })
      expect(together[i]?.tokens).toEqual(alone?.tokens)
      expect(together[i]?.trace?.layers.map(({ layer, tokens }) => [layer, tokens])).toEqual(
        alone?.trace?.layers.map(({ layer, tokens }) => [layer, tokens]),
      )
    }
  }
})

test('neighbours with the same words and other steering share no states', async () => {
  await using model = await openModel(file, exact)
  const other = steer('add', { layers: [1, 2] }, { strength: -2 })
  const prompts = [steering, other, undefined, steering].map(edits => ({ prompt: `${wrapper}a`, steering: edits }))
  const together = await model.generate(prompts, { maxTokens: 8 })
  const alone = await Promise.all(prompts.map(prompt => model.generate([prompt], { maxTokens: 8 })))
  expect(together.map(answer => answer.tokens)).toEqual(alone.map(([answer]) => answer?.tokens))
  expect(together[0]?.tokens).toEqual(together[3]?.tokens)
})

test('answers of many lengths: sequences that move into gaps keep their states and their steering', async () => {
  await using model = await openModel(file, exact)
  const prompts = Array.from({ length: 11 }, (_, i) => ({
    prompt: `${'x'.repeat(i + 1)} ${i}`,
    steering: i % 2 === 0 ? steering : undefined,
    maxTokens: 1 + ((i * 5) % 13),
  }))
  const together = await model.generate(prompts, { slots: 5 })
  for (const [i, prompt] of prompts.entries()) {
    const [alone] = await model.generate([prompt])
    expect(together[i]?.tokens).toEqual(alone?.tokens)
    expect(together[i]?.finish).toBe(alone?.finish)
  }
})

test('more slots than llama.cpp has sequences, and a shared prefix beside them', async () => {
  await using model = await openModel(file, exact)
  const prompts = (words: string) => Array.from({ length: 257 }, (_, i) => `${words}${i}`)
  for (const list of [prompts(''), prompts(wrapper)]) {
    const together = await model.generate(list, { slots: 1000, maxTokens: 2 })
    const [alone] = await model.generate([list.at(-1) ?? ''], { maxTokens: 2 })
    expect(together.at(-1)?.tokens).toEqual(alone?.tokens)
  }
})

test('a question with choices is read once and scored as each choice alone is', async () => {
  await using model = await openModel(file, exact)
  const items = ['yes', 'no', 'perhaps not', 'y'].map(continuation => ({ prompt: `${wrapper}well?`, continuation }))
  const together = await model.score(items)
  for (const [i, item] of items.entries()) {
    const [alone] = await model.score([item])
    expect(together[i]?.logLikelihood).toBeCloseTo(alone?.logLikelihood ?? Number.NaN, 4)
  }
})
