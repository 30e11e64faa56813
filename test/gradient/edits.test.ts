/** Gradients by the parameters of an edit, through the model's blocks, against finite differences of the loss. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readHeader } from '../../src/engine/header.ts'
import { editOf, startLength, type TrainableSpec } from '../../src/gradient/edits/index.ts'
import { Tail, type TailMachine } from '../../src/gradient/tail.ts'
import { loadLlama } from '../../src/native/llama.ts'
import { createRandom } from '../../src/random.ts'
import { writeTinyModel } from '../support/tiny-gguf.ts'

const layer = 1
let folder: string
let machine: TailMachine
let tail: Tail

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-edits-'))
  const { ggml: graphs, readTensor, newThreadPool } = loadLlama('cpu')
  const ggml = graphs()
  machine = {
    ggml,
    readTensor,
    backend: ggml.newProcessor(1, newThreadPool(1), null),
    backward: 'f32',
    mapped: new Map(),
  }
  const file = join(folder, 'llama.gguf')
  writeTinyModel(file)
  tail = new Tail(machine, await readHeader(file), layer)
})
afterAll(() => {
  tail[Symbol.dispose]()
  machine.ggml.freeBackend(machine.backend)
  rmSync(folder, { recursive: true })
})

const random = createRandom(4, 'edits through the tail')
const values = (length: number, size = 1) => Float64Array.from({ length }, () => size * (2 * random.next() - 1))

const kinds = {
  add: width => ({ kind: 'add', start: values(width) }),
  'reft-r1': width => ({ kind: 'reft-r1', start: values(width, 0.2), top: 3, penalty: 0 }),
  loreft: width => ({ kind: 'loreft', start: values(3 * (2 * width + 1), 0.2), rank: 3 }),
} satisfies Record<TrainableSpec['kind'], (width: number) => TrainableSpec>

test.each(Object.entries(kinds))('%s', (_, specOf) => {
  const { width } = tail.architecture
  const spec = specOf(width)
  const states = Float32Array.from(values(14 * width))
  const sequence = { width, states, rows: [1, 2, 6, 7, 8] }
  const targets = [8, 9, 10, 13].map((row, i) => ({ row, target: 20 + 9 * i }))
  const edit = editOf(spec)
  const at = Float64Array.from(edit.parameters, value => value + 0.2 * (random.next() - 0.5))
  const run = (parameters: Float64Array, wants: 'loss' | 'gradient') => {
    edit.parameters.set(parameters)
    return tail.run({ lengths: [14], states: edit.apply(sequence), targets }, wants)
  }
  const loss = (parameters: Float64Array) => run(parameters, 'loss').losses.reduce((sum, value) => sum + value, 0)
  const gradient = new Float64Array(startLength(spec, width))
  const { gradient: byStates } = run(at, 'gradient')
  edit.back(sequence, byStates ?? new Float32Array(), gradient)
  const largest = Math.max(...gradient.map(Math.abs))
  const places = Array.from({ length: 60 }, () => random.int(gradient.length))
  const worst = Math.max(
    ...places.map(place => {
      const moved = (by: number) => loss(at.map((value, i) => (i === place ? value + by : value)))
      // Two steps, extrapolated to none (Richardson), so that single precision leaves enough.
      const slope = (step: number) => (moved(step) - moved(-step)) / (2 * step)
      return Math.abs((4 * slope(0.01) - slope(0.02)) / 3 - gradient[place]!)
    }),
  )
  expect(largest).toBeGreaterThan(0.01)
  expect(worst / largest).toBeLessThan(1e-3)
})
