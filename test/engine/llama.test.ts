import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openModel } from '../../src/engine/open.ts'
import { Where } from '../../src/engine/where.ts'
import { openReference } from '../reference/model.ts'
import { writeTinyModel } from '../support/tiny-gguf.ts'
import { agreement } from './agreement/index.ts'
import { codeOf, PROMPTS, steer } from './contract/subject.ts'
import { describeEngine } from './contract.ts'

// The oracle keeps no half-precision cache: neither may the engine, where the two are held against each other. One
// thread: models this small spend their time waiting for the second one where other programs run.
const exact = { cache: 'f32', flashAttention: 'off', threads: 1 } as const

describeEngine('llama.cpp', (file, options) => openModel(file, { ...exact, ...options }), { agreement: agreement() })

test('an edit beyond single precision is a typed error, and the model works on', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-overflow-'))
  const file = join(folder, 'tiny.gguf')
  writeTinyModel(file)
  await using model = await openModel(file, exact)
  const before = await model.generate(PROMPTS, { maxTokens: 6 })
  const steering = steer('add', { layers: [1] }, { strength: 1e39 })
  expect(await codeOf(model.generate(PROMPTS, { maxTokens: 6, steering }))).toBe('edit-failed')
  expect(await model.generate(PROMPTS, { maxTokens: 6 })).toEqual(before)
  // The same context and a shorter prompt: what is not a number must not stay behind in cells that are not used.
  const [short] = await model.generate(['a'], { maxTokens: 6 })
  expect(await codeOf(model.generate([PROMPTS.join(' ')], { maxTokens: 6, steering }))).toBe('edit-failed')
  expect(await model.generate(['a'], { maxTokens: 6 })).toEqual([short])
  expect(await codeOf(model.score([{ prompt: 'a', continuation: 'b' }], { steering }))).toBe('edit-failed')
  expect(await codeOf(model.capture(PROMPTS, Where.parse({ layers: [0] }), { steering }))).toBe('edit-failed')
  expect(await codeOf(model.score([{ prompt: 'a', continuation: 'b' }]))).toBe('none')
  expect(await model.generate(PROMPTS, { maxTokens: 6 })).toEqual(before)
  rmSync(folder, { recursive: true, force: true })
})

test('prompts as long as a piece that is computed at once, and one token longer', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-pieces-'))
  const file = join(folder, 'tiny.gguf')
  writeTinyModel(file, { contextLength: 1024, layers: 2 })
  await using model = await openModel(file, exact)
  await using reference = await openReference(file)
  const steering = steer('add', { layers: 'all' }, { strength: 0.5 })
  // 512 tokens are computed at once, 128 where all have logits; one more is the beginning of sequence.
  for (const tokens of [128, 129, 512, 513]) {
    const prompt = { raw: 'qxjzvk'.repeat(100).slice(0, tokens - 1) }
    expect((await model.render(prompt)).tokens).toHaveLength(tokens)
    const items = [
      { prompt, continuation: '' },
      { prompt, continuation: 'q x' },
    ]
    const [found, meant] = [await model.score(items, { steering }), await reference.score(items, { steering })]
    for (const [i, score] of found.entries()) {
      expect(score.tokens).toBe(meant[i]?.tokens)
      expect(score.logLikelihood).toBeCloseTo(meant[i]?.logLikelihood ?? Number.NaN, 3)
    }
    const where = Where.parse({ layers: 'all' })
    const [read, told] = [await model.capture([prompt], where), await reference.capture([prompt], where)]
    expect(read.positions).toEqual(told.positions)
    for (const [i, state] of (read.states[0] ?? []).entries())
      for (const [j, value] of state.entries())
        expect(Math.abs(value - (told.states[0]?.[i]?.[j] ?? 99))).toBeLessThan(1e-4)
  }
  rmSync(folder, { recursive: true, force: true })
})

test('what decides the last bits is told: answers kept under one setting are not taken for those of another', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-settings-'))
  const file = join(folder, 'tiny.gguf')
  writeTinyModel(file)
  const engines = new Set<string>()
  for (const options of [{}, { cache: 'f32' }, { flashAttention: 'off' }] as const) {
    await using model = await openModel(file, { threads: 1, ...options })
    engines.add(JSON.stringify(model.info.engine))
  }
  expect(engines.size).toBe(3)
  rmSync(folder, { recursive: true, force: true })
})

test('the defaults: half-precision cache, flash attention, two threads', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-defaults-'))
  const file = join(folder, 'tiny.gguf')
  writeTinyModel(file)
  await using model = await openModel(file, { threads: 2 })
  const steering = steer('add', { layers: 'all' }, { strength: 2 })
  const mixed = PROMPTS.map((prompt, i) => (i % 2 === 0 ? prompt : { prompt, steering }))
  const beside = await model.generate(mixed, { maxTokens: 12 })
  expect(await model.generate(mixed, { maxTokens: 12 })).toEqual(beside)
  const plain = await model.generate(PROMPTS, { maxTokens: 12 })
  for (const i of PROMPTS.keys()) {
    if (i % 2 === 0) expect(beside[i]).toEqual(plain[i])
    else expect(beside[i]!.text).not.toBe(plain[i]!.text)
  }
  rmSync(folder, { recursive: true, force: true })
})
