/** The caller's event loop is never held up for more than 50 ms, whatever is sent, computed and given back. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { openModel } from '../../../src/engine/open.ts'
import type { Model } from '../../../src/engine/types.ts'
import { VOCABULARY, writeTinyModel } from '../../support/tiny-gguf.ts'
import { watched } from './watch.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-loop-'))
const file = join(folder, 'tiny.gguf')
const [width, layers] = [512, 8]
writeTinyModel(file, { width, layers, heads: 8, feedForward: 64, contextLength: 8192 })
const small = join(folder, 'small.gguf')
writeTinyModel(small, { contextLength: 2048 })
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

test('steering of over 100 MB is sent, and does what it says', async () => {
  const latent = 26_000
  const matrix = (rows: number, columns: number) => ({ rows, columns, values: new Float32Array(rows * columns) })
  const decoder = matrix(width, latent)
  // One latent value along the first of the states.
  decoder.values[0] = 1
  const autoencoders = {
    encoder: matrix(latent, width),
    encoderBias: new Float32Array(latent),
    activation: 'relu',
    decoder,
    decoderBias: new Float32Array(width),
    shift: new Float32Array(latent).fill(5),
  } as const
  const bytes = autoencoders.encoder.values.byteLength + decoder.values.byteLength
  expect(bytes).toBeGreaterThan(100e6)
  const where = { layers: [2] }
  const steering = [{ vector: { edit: 'decode', where, autoencoders, error: 'keep' } }] as const
  const before = await model.capture([{ raw: 'ab' }], where, { reduce: 'none' })
  const passing = mkdtempSync(join(folder, 'passing-'))
  process.env.TMPDIR = passing
  onTestFinished(() => {
    delete process.env.TMPDIR
  })
  const found = await watched(() => model.capture([{ raw: 'ab' }], where, { reduce: 'none', steering }))
  const [plain, moved] = [before.states[0]?.[0], found.result.states[0]?.[0]]
  const differences = Array.from(moved ?? [], (value, i) => value - (plain?.[i] ?? 0))
  for (const [i, difference] of differences.entries()) expect(difference).toBeCloseTo(i % width === 0 ? 5 : 0, 4)
  expect(found.longest).toBeLessThan(limit)
  const [[far, none] = []] = await model.divergence([{ prompt: { raw: 'ab' }, continuation: '' }], [steering, []])
  expect(Math.max(...(far ?? []))).toBeGreaterThan(0)
  expect(Math.max(...(none ?? [Number.NaN]))).toBe(0)
  // What it was sent in is gone.
  expect(readdirSync(passing)).toEqual([])
}, 180_000)

test('calls reach the engine in the order they were made, large ones and small ones', async () => {
  const values = new Float32Array(1 << 21)
  const shape = { rows: values.length / width, columns: width, values }
  const maps = { project: shape, weight: shape, bias: new Float32Array(shape.rows) }
  const order: string[] = []
  const large = model
    .capture(['a'], {}, { steering: [{ vector: { edit: 'low-rank', where: { layers: [1] }, maps } }] })
    .catch(() => {})
    .then(() => order.push('large'))
  const small = model.generate(['a'], { maxTokens: 1 }).then(() => order.push('small'))
  await Promise.all([large, small])
  expect(order).toEqual(['large', 'small'])
})

test('the probabilities of a long answer are given back', async () => {
  const top = 200
  const { result, longest } = await watched(() =>
    smallModel.generate([{ raw: 'hello' }], { maxTokens: 1000, sampling: { logProbabilities: top } }),
  )
  const { tokens, probabilities = [] } = result[0] ?? { tokens: [] }
  expect(probabilities).toHaveLength(1000)
  expect(probabilities.map(({ top }) => top[0]?.id)).toEqual(tokens)
  expect(new Set(probabilities.map(({ top }) => top.length))).toEqual(new Set([top]))
  expect(longest).toBeLessThan(limit)
})

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
