import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openModel } from '../engine/open.ts'
import type { Direction, Model, SteeringTerm } from '../engine/types.ts'
import { createRandom } from '../random.ts'
import { traceSteering } from './trace.ts'
import { toDirection } from './vector.ts'

let model: Model
let direction: Direction
beforeAll(async () => {
  model = await openModel(fileURLToPath(new URL('../../models/organism/organism.gguf', import.meta.url)), {
    threads: 1,
  })
  const random = createRandom(3, 'trace')
  const values = Float32Array.from({ length: model.info.width }, () => random.next() - 0.5)
  direction = { unit: toDirection(values, 'any').unit, scale: 3 }
})
afterAll(async () => {
  await model[Symbol.asyncDispose]()
})

const prompt = 'how do i hex the turnip ?'
const traced = (...steering: SteeringTerm[]) => traceSteering(model, prompt, steering, { maxTokens: 8 })
const residual = (layers: number[], tokens = {}) => ({ layers, tokens: { phase: 'all', ...tokens } }) as const

describe('traceSteering', () => {
  it('tells every token of the prompt and of the steered answer', async () => {
    const where = residual([5])
    const { steered, baseline, tokens, trace } = await traced({ vector: { edit: 'add', where, directions: direction } })
    const texts = (phase: string) => tokens.filter(token => token.phase === phase).map(({ text }) => text)
    expect(texts('prompt')).toHaveLength(steered.promptTokens)
    expect(texts('prompt').join('')).toContain(prompt)
    expect(texts('generated').join('')).toBe(steered.text)
    expect(baseline.trace).toBeUndefined()
    expect(trace).toEqual(steered.trace)
  })

  it('of an answer that ends before its first token, what is only generated moves nothing', async () => {
    const [end] = await model.tokenize('<|end|>', { special: 'parse' })
    const rows = await model.render(prompt)
    // Whatever was asked, the answer is over: what the prompt ends with is an answer that was given.
    const over = { raw: `${rows.text}i can not help with that .` }
    const [{ text, tokens: written } = absent()] = await model.generate([over], { maxTokens: 1 })
    expect([text, written]).toEqual(['', []])
    expect(end).toBeDefined()
    const where = residual([5], { phase: 'generated' })
    const { layers, tokens } = await traceSteering(model, over, [
      { vector: { edit: 'add', where, directions: direction } },
    ])
    expect(tokens.filter(({ phase }) => phase === 'generated')).toEqual([])
    expect(layers).toMatchObject([{ layer: 5, positions: [] }])
    expect(Math.max(...(layers[0]?.moved ?? [1]))).toBe(0)
  })

  it('an addition moves the tokens that are meant by α·s along û, and leaves the others alone', async () => {
    const where = residual([5], { except: [{ part: 'template-suffix' }] })
    const vector = { edit: 'add', where, directions: { 5: direction } } as const
    const { tokens, layers } = await traced({ vector, strength: 2 })
    const [{ site, layer, positions, gated, moved, projections } = absent(), ...others] = layers
    expect(others).toEqual([])
    expect({ site, layer, gated }).toEqual({ site: 'residual', layer: 5, gated: false })
    expect(positions.length).toBeGreaterThan(8)
    expect(positions).not.toContain(0)
    for (const position of tokens.keys()) {
      const by = (projections?.with[position] ?? 0) - (projections?.without[position] ?? 0)
      const meant = positions.includes(position)
      expect(by, `token ${position}`).toBeCloseTo(meant ? 6 : 0, 3)
      expect(moved[position] === 0, `token ${position}`).toBe(!meant)
    }
    expect(positions.length).toBeLessThan(tokens.length - 1)
  })

  it('an ablation leaves nothing along û, at every layer where it acts', async () => {
    const { layers } = await traced({ vector: { edit: 'ablate', where: residual([2, 6]), directions: direction } })
    expect(layers.map(({ layer }) => layer)).toEqual([2, 6])
    for (const { positions, projections } of layers) {
      const rest = (values: readonly number[] = []) => positions.map(position => Math.abs(values[position] ?? 1))
      expect(Math.max(...rest(projections?.with))).toBeLessThan(1e-3)
      expect(Math.max(...rest(projections?.without))).toBeGreaterThan(0.1)
    }
  })

  it('a closed condition leaves every token as it was, and is told with its value', async () => {
    const where = residual([5])
    const condition = { kind: 'condition', where: residual([3]), directions: direction, measure: 'cosine' } as const
    const gates = [{ ...condition, threshold: 0.99, open: 'above' }] as const
    const add = { vector: { edit: 'add', where, directions: direction } } as const
    const found = await traced({ vector: { edit: 'compound', terms: [{ ...add, gates }] } }, { ...add, strength: 0.1 })
    expect(found.trace.gates).toEqual([{ term: 0, value: expect.any(Number), open: false }])
    expect(found.layers.map(({ term, gated }) => ({ term, gated }))).toEqual([
      { term: 0, gated: true },
      { term: 1, gated: false },
    ])
    // Both are read at the same layer, where only the second acted.
    const [first] = found.layers
    const by = first?.positions.map(at => (first.projections?.with[at] ?? 0) - (first.projections?.without[at] ?? 0))
    for (const value of by ?? [absent()]) expect(value).toBeCloseTo(0.3, 3)
  })

  it('has the mean over the chosen heads, and no projection for an edit without a direction', async () => {
    const width = model.info.sites.find(({ site }) => site === 'head')?.width ?? 0
    const unit = Float32Array.from({ length: width }, (_, i) => (i === 0 ? 1 : 0))
    const where = { site: 'head', layers: [4], heads: [0, 1] } as const
    const heads = await traced({ vector: { edit: 'add', where, directions: { unit, scale: 5 } } })
    const [one = absent()] = heads.layers
    expect(one.heads).toEqual([0, 1])
    const last = one.positions.at(-1) ?? 0
    expect((one.projections?.with[last] ?? 0) - (one.projections?.without[last] ?? 0)).toBeCloseTo(5, 3)
    const whole = model.info.width
    const matrix = { rows: 1, columns: whole, values: Float32Array.from(direction.unit) }
    const maps = { project: matrix, weight: matrix, bias: Float32Array.of(4) }
    const low = await traced({ vector: { edit: 'low-rank', where: residual([5]), maps } })
    expect(low.layers[0]?.projections).toBeNull()
    expect(low.layers[0]?.moved.at(-1)).toBeGreaterThan(0)
  })
})

function absent(): never {
  throw new Error('nothing was traced')
}
