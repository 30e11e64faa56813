/** The caller's event loop is never held up for more than 50 ms, whatever is sent, computed and given back. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openModel } from '../../../src/engine/open.ts'
import type { Model } from '../../../src/engine/types.ts'
import { VOCABULARY, writeTinyModel } from '../../support/tiny-gguf.ts'
import { watched } from './watch.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-loop-'))
const file = join(folder, 'tiny.gguf')
const [width, layers] = [512, 8]
writeTinyModel(file, { width, layers, heads: 8, feedForward: 64, contextLength: 8192 })
const small = join(folder, 'small.gguf')
writeTinyModel(small)
let model: Model
let smallModel: Model
beforeAll(async () => {
  model = await openModel(file, { threads: 1 })
  smallModel = await openModel(small, { threads: 1 })
})
afterAll(async () => {
  await model[Symbol.asyncDispose]()
  await smallModel[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const limit = 50

test('the watch sees what holds the loop up', async () => {
  const { longest } = await watched(async () => {
    const began = process.cpuUsage()
    while (process.cpuUsage(began).user < 80_000) Math.sqrt(began.user)
  })
  expect(longest).toBeGreaterThan(60)
})

test.each([
  ['one prompt', 1, 6500],
  ['many prompts', 13, 500],
])(
  'a capture of over 100 MB of %s',
  async (_, prompts, tokens) => {
    const { result, longest, ticks } = await watched(() =>
      model.capture(
        Array.from({ length: prompts }, () => ({ raw: 'xy'.repeat(tokens / 2) })),
        { layers: 'all', tokens: { except: [] } },
        { reduce: 'none' },
      ),
    )
    const bytes = result.states.flat().reduce((sum, states) => sum + states.byteLength, 0)
    expect(bytes).toBe(prompts * tokens * width * layers * 4)
    expect(bytes).toBeGreaterThan(100e6)
    // No row was lost on its way: none is zero.
    for (const states of result.states.flat()) {
      for (let row = 0; row < states.length; row += width)
        expect(states[row] === 0 && states[row + 1] === 0).toBe(false)
    }
    expect(ticks).toBeGreaterThan(100)
    expect(longest).toBeLessThan(limit)
  },
  180_000,
)

test('10 000 prompts are sent and answered', async () => {
  const prompts = Array.from({ length: 10_000 }, (_, i) => ({ raw: `q${i}` }))
  const { result, longest } = await watched(() => smallModel.generate(prompts, { maxTokens: 2, slots: 64 }))
  expect(result).toHaveLength(10_000)
  expect(longest).toBeLessThan(limit)
}, 180_000)

test('opening a model with a vocabulary of 150 000 tokens', async () => {
  const large = join(folder, 'large.gguf')
  const pieces = Array.from({ length: 150_000 }, (_, i) => `piece${i}`)
  writeTinyModel(large, {
    width: 8,
    heads: 2,
    change: parts => {
      parts.metadata['tokenizer.ggml.tokens'] = { strings: [...VOCABULARY, ...pieces] }
      parts.metadata['tokenizer.ggml.merges'] = { strings: pieces.map(piece => `${piece} ${piece}`) }
      delete parts.metadata['tokenizer.ggml.token_type']
      delete parts.metadata['llama.vocab_size']
      parts.tensors = parts.tensors.map(tensor => {
        if (tensor.shape[1] !== VOCABULARY.length) return tensor
        const vocabulary = VOCABULARY.length + pieces.length
        return { ...tensor, shape: [8, vocabulary], data: new Float32Array(8 * vocabulary).fill(0.1) }
      })
    },
  })
  const { result, longest } = await watched(() => openModel(large, { threads: 1 }))
  await using opened = result
  expect(opened.info.vocabulary).toBeGreaterThan(150_000)
  expect(longest).toBeLessThan(limit)
})
