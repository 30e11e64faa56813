/** Memory is asked for before it is taken. */
import { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { factsOf } from '../../../src/engine/facts.ts'
import { readHeader } from '../../../src/engine/header.ts'
import { availableMemory, contextBytes, modelBytes } from '../../../src/engine/memory.ts'
import { openModel } from '../../../src/engine/open.ts'
import type { TrainingSpec } from '../../../src/engine/types.ts'
import { tailBytes } from '../../../src/gradient/bytes.ts'
import { largestStep } from '../../../src/gradient/train.ts'
import type { Progress } from '../../../src/progress.ts'
import { writeTinyModel } from '../../support/tiny-gguf.ts'
import { failureOf } from './failure.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-memory-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = join(folder, 'tiny.gguf')
writeTinyModel(file, { contextLength: 32_768 })
const limit = (bytes: number) => {
  process.env.PLIMSOLL_MEMORY_LIMIT = String(bytes)
}
afterEach(() => {
  delete process.env.PLIMSOLL_MEMORY_LIMIT
})
/** What starts every process, though it is not declared. */
const childProcesses: { spawn: (...options: unknown[]) => unknown } = Object(ChildProcess.prototype)
const context = { sequences: 1, cells: 256, outputs: 1, cache: 'f16', flashAttention: 'auto' } as const

test('a model that does not fit is refused before a process is started', async () => {
  limit(50e6)
  const spawned = vi.spyOn(childProcesses, 'spawn')
  const error = await failureOf(openModel(file, { threads: 1 }))
  expect(spawned).not.toHaveBeenCalled()
  spawned.mockRestore()
  expect(error).toMatchObject({ code: 'out-of-memory', found: '50 MB free', where: file })
  expect(error.expected).toMatch(/^\d+ MB: 1 MB of weights and 1 engine$/)
  expect(error.fix).toMatch(/smaller model/)
})

test('engines are counted', async () => {
  limit(400e6)
  const error = await failureOf(openModel(file, { threads: 1, engines: 8 }))
  expect(error).toMatchObject({ code: 'out-of-memory', expected: expect.stringContaining('8 engines') })
  expect(error.fix).toMatch(/^Lower engines/)
  const spawned = vi.spyOn(childProcesses, 'spawn')
  await using model = await openModel(file, { threads: 1 })
  expect(spawned).toHaveBeenCalledOnce()
  spawned.mockRestore()
  expect(model.info.layers).toBe(4)
})

test('a call that does not fit is refused, one that fits is answered afterwards', async () => {
  limit(300e6)
  await using model = await openModel(file, { threads: 1 })
  const error = await failureOf(model.generate(new Array(64).fill('hello'), { maxTokens: 30_000, slots: 64 }))
  expect(error).toMatchObject({ code: 'out-of-memory', found: '300 MB free' })
  expect(error.expected).toMatch(/^\d+(\.\d)? [GM]B for 65? sequences of 32768 tokens$|^\d.* for 64 sequences/)
  expect(error.fix).toMatch(/slots.*maxTokens.*smaller model/)
  expect(await model.generate(['hello'], { maxTokens: 4 })).toHaveLength(1)
})

test('a limit that is no number is said to be none', async () => {
  process.env.PLIMSOLL_MEMORY_LIMIT = 'plenty'
  expect(await failureOf(openModel(file))).toMatchObject({ code: 'usage', found: 'plenty' })
})

test('what is free is what the machine has, at most', () => {
  expect(availableMemory()).toBeGreaterThan(50e6)
  expect(availableMemory()).toBeLessThanOrEqual(totalmem())
})

test('what is needed follows from the header: cache, states, logits', async () => {
  const facts = factsOf(await readHeader(file))
  // 4 layers of 2 key/value heads of 12 values each, keys and values.
  expect(facts).toMatchObject({ layers: 4, heads: 4, width: 48, cacheValues: 4 * 2 * 12 * 2, vocabulary: 281 })
  const more = (size: object) => contextBytes(facts, { ...context, ...size }) - contextBytes(facts, context)
  expect(more({ sequences: 17 })).toBe(16 * 256 * facts.cacheValues * 2)
  expect(more({ cache: 'f32' })).toBe(256 * facts.cacheValues * 2)
  expect(more({ outputs: 101 })).toBe(100 * 281 * 4 * 2)
  expect(more({ flashAttention: 'off' })).toBeGreaterThan(0)
  expect(modelBytes(facts, 3, context) - modelBytes(facts, 2, context)).toBe(150e6 + contextBytes(facts, context))
})

describe('training', () => {
  const examples = ['a house', 'the sea', 'a bird', 'the road'].map(prompt => ({ prompt, target: 'yes, of course' }))
  const spec = (more: Partial<TrainingSpec> = {}): TrainingSpec => ({
    layer: 1,
    epochs: 1,
    batch: 2,
    learningRate: 0.01,
    edit: { kind: 'add', start: new Float64Array(48) },
    ...more,
  })

  test('that does not fit is refused before anything is read, one that fits is done afterwards', async () => {
    const long = { prompt: 'the wings of a bird '.repeat(2000), target: 'hat' }
    limit(300e6)
    await using model = await openModel(file, { threads: 1 })
    const read: string[] = []
    const options = { onProgress: ({ stage }: Progress) => read.push(stage) }
    const error = await failureOf(model.train([...examples, long], spec(), options))
    expect(error).toMatchObject({ code: 'out-of-memory', found: '300 MB free' })
    expect(error.expected).toMatch(/^\d+(\.\d)? [GM]B: \d+(\.\d)? [GM]B for a step of \d+ tokens, .* of states$/)
    expect(error.fix).toMatch(/^Take a smaller batch.*later layer.*smaller model.*PLIMSOLL_MEMORY_LIMIT/)
    expect(read).toEqual([])
    expect((await model.train(examples, spec())).losses).toHaveLength(2)
  })

  test.each(['llama', 'qwen2', 'qwen3', 'gemma2', 'gemma3'] as const)(
    'takes what is estimated at most: %s',
    async family => {
      const path = join(folder, `${family}.gguf`)
      writeTinyModel(path, { family, contextLength: 1024 })
      await using model = await openModel(path, { threads: 1 })
      const source = await readHeader(path)
      const estimates: number[] = []
      for (const [layer, words, batch] of [
        [1, 1, 1],
        [-1, 3, 4],
        [2, 60, 1],
        [0, 30, 4],
      ] as const) {
        const items = examples.map(({ prompt, target }) => ({ prompt: { raw: `${prompt} `.repeat(words) }, target }))
        const { bytes } = await model.train(items, spec({ layer, batch }))
        const sizes = await Promise.all(
          items.map(async ({ prompt, target }) => {
            const targets = (await model.tokenize(target)).length
            return { tokens: (await model.render(prompt)).tokens.length + targets, targets }
          }),
        )
        const { weights, step } = tailBytes(source, layer, largestStep(sizes, [], batch), () => false)
        expect(bytes).toBeLessThanOrEqual(weights + step)
        expect(weights + step).toBeLessThan(2 * bytes)
        estimates.push(step)
      }
      expect(new Set(estimates).size).toBe(estimates.length)
    },
  )

  test('takes no copy of weights that llama.cpp has in memory as they are in the file', async () => {
    await using model = await openModel(file, { threads: 1 })
    const { bytes } = await model.train(examples.slice(0, 1), spec({ batch: 1 }))
    const { weights } = tailBytes(await readHeader(file), spec().layer, { tokens: 1, longest: 1, targets: 1 })
    expect(bytes).toBeLessThan(weights)
  })

  test('needs less of a smaller batch and of a later layer', async () => {
    const source = await readHeader(file)
    const sizes = new Array(40).fill({ tokens: 30, targets: 10 })
    const bytes = (layer: number, batch: number) => tailBytes(source, layer, largestStep(sizes, [], batch))
    expect(bytes(1, 2).step).toBeLessThan(bytes(1, 4).step)
    expect(bytes(2, 4).step).toBeLessThan(bytes(1, 4).step)
    expect(bytes(2, 4).weights).toBeLessThan(bytes(1, 4).weights)
    // Parts of a step that do not fit at once go through one after the other.
    expect(bytes(1, 40)).toEqual(bytes(1, 30))
    // Examples to validate on meet whatever the batch.
    expect(largestStep(sizes.slice(0, 4), sizes.slice(4, 8), 1).tokens).toBe(120)
  })
})
