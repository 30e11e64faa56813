/** The tail against llama.cpp's own log-probabilities, and its gradient against finite differences, family by family. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readHeader } from '../../src/engine/header.ts'
import { openModel } from '../../src/engine/open.ts'
import { type PackedBatch, Tail, type TailMachine } from '../../src/gradient/tail.ts'
import { loadLlama } from '../../src/native/llama.ts'
import { createRandom } from '../../src/random.ts'
import { writeTinyModel } from '../support/tiny-gguf.ts'

const families = ['llama', 'qwen2', 'qwen3', 'gemma2', 'gemma3'] as const
/** llama.cpp looks GELU up in half precision, the tail computes it. */
const tolerances = { llama: 2e-5, qwen2: 2e-5, qwen3: 2e-5, gemma2: 5e-3, gemma3: 5e-3 } as const
const layer = Number(process.env.L ?? 1)

let folder: string
let machine: TailMachine

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-tail-'))
  const { ggml: graphs, readTensor, newThreadPool } = loadLlama('cpu')
  const ggml = graphs()
  machine = {
    ggml,
    readTensor,
    backend: ggml.newProcessor(1, newThreadPool(1), null),
    backward: 'bf16',
    mapped: new Map(),
  }
})
afterAll(() => {
  machine.ggml.freeBackend(machine.backend)
  rmSync(folder, { recursive: true })
})

describe.each(families)('%s', family => {
  test('gives the log-probabilities of the engine, from its states', async () => {
    const file = join(folder, `${family}-agrees.gguf`)
    writeTinyModel(file, { family })
    await using model = await openModel(file, { cache: 'f32', flashAttention: 'off', threads: 1, gpuLayers: 0 })
    // Longer than the windows of the families that have them.
    const prompts = ['the quick brown fox and the others', 'another'].map(raw => ({ raw }))
    const vocabulary = Array.from({ length: model.info.vocabulary }, (_, token) => token)
    const expected = await model.firstToken(prompts, vocabulary)
    const where = { site: 'residual', layers: [layer], tokens: { phase: 'all', beginning: 'keep' } } as const
    const { states, positions } = await model.capture(prompts, where, { reduce: 'none' })
    const lengths = positions.map(own => own.length)
    const rendered = await Promise.all(prompts.map(prompt => model.render(prompt)))
    expect(lengths).toEqual(rendered.map(({ tokens }) => tokens.length))

    using tail = new Tail(machine, await readHeader(file), layer)
    const packed = { lengths, states: Float32Array.from(states.flatMap(([own]) => Array.from(own ?? []))) }
    const lastRows = [lengths[0]! - 1, lengths[0]! + lengths[1]! - 1]
    const targets = lastRows.flatMap(row => vocabulary.map(target => ({ row, target })))
    const { losses } = tail.run({ ...packed, targets }, 'loss')
    const worst = Math.max(...expected.flatMap(own => Array.from(own)).map((value, i) => Math.abs(value + losses[i]!)))
    expect(worst).toBeLessThan(tolerances[family])
  })

  test('has the gradient that finite differences have', async () => {
    const file = join(folder, `${family}-differs.gguf`)
    writeTinyModel(file, { family })
    using tail = new Tail(machine, await readHeader(file), layer)
    const batch = randomBatch(tail.architecture.width, [17, 5, 30])
    const sum = (states: Float32Array) =>
      tail.run({ ...batch, states }, 'loss').losses.reduce((total, loss) => total + loss, 0)
    const { gradient } = tail.run(batch, 'gradient')
    const largest = gradient!.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    const random = createRandom(7, 'places')
    const places = Array.from({ length: 60 }, () => random.int(batch.states.length))
    const worst = Math.max(
      ...places.map(place => {
        const at = (step: number) => sum(batch.states.map((value, i) => (i === place ? value + step : value)))
        // Two steps, extrapolated to none (Richardson), so that single precision leaves enough.
        const slope = (step: number) => (at(step) - at(-step)) / (2 * step)
        const difference = (4 * slope(0.01) - slope(0.02)) / 3
        return Math.abs(difference - gradient![place]!)
      }),
    )
    expect(largest).toBeGreaterThan(0.01)
    expect(worst / largest).toBeLessThan(1e-3)
  })
})

function randomBatch(width: number, lengths: readonly number[]): PackedBatch {
  const random = createRandom(3, 'states')
  const tokens = lengths.reduce((total, length) => total + length, 0)
  return {
    lengths,
    states: Float32Array.from({ length: tokens * width }, () => 2 * random.next() - 1),
    targets: [3, 10, 16, 20, 21, 30, 51].map((row, i) => ({ row, target: 11 + 7 * i })),
  }
}
