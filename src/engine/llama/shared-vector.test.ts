import { describe, expect, it } from 'vitest'
import { randomUnit } from '../../../test/support/random.ts'
import type { DirectionVector, Steering } from '../types.ts'
import type { WhereInput } from '../where.ts'
import { sharedTrace, sharedVector } from './shared-vector.ts'

const model = { layers: 4, width: 6 }
const unit = randomUnit(model.width, 1)
const other = randomUnit(model.width, 2)
const add = (where: WhereInput, rest: Partial<DirectionVector> = {}): DirectionVector => ({
  edit: 'add',
  where,
  directions: { unit, scale: 3 },
  ...rest,
})
const without = { startWithBos: false }
const of = (steering: Steering, prompts = without) => sharedVector(steering, model, prompts)
const row = (rows: Float32Array | undefined, layer: number) =>
  [...(rows ?? [])].slice((layer - 1) * model.width, layer * model.width)

describe('the vector all tokens share', () => {
  it('is strength times scale times direction at each selected layer, 0 at the others', () => {
    const shared = of([{ vector: add({ layers: [1, 3] }), strength: 0.5 }])
    expect(shared?.layers).toEqual([1, 3])
    for (const layer of [1, 3]) {
      for (const [i, value] of row(shared?.rows, layer).entries()) expect(value).toBeCloseTo(1.5 * unit[i]!, 6)
    }
    expect(row(shared?.rows, 2)).toEqual(new Array(model.width).fill(0))
  })

  it('is the sum of several', () => {
    const second = add({ layers: [2] }, { directions: { unit: other, scale: 1 } })
    const shared = of([{ vector: add({ layers: { from: 1, to: 2 } }) }, { vector: second, strength: -2 }])
    for (const [i, value] of row(shared?.rows, 2).entries()) expect(value).toBeCloseTo(3 * unit[i]! - 2 * other[i]!, 5)
  })

  it('reaches the beginning of the sequence only where the clause does', () => {
    expect(of([{ vector: add({ layers: [1] }) }], { startWithBos: true })).toBeNull()
    expect(of([{ vector: add({ layers: [1], tokens: { beginning: 'keep' } }) }], { startWithBos: true })).not.toBeNull()
  })

  const everywhere = { layers: [2] }
  it.each<[string, Steering]>([
    ['nothing', []],
    ['layer 0', [{ vector: add({}) }]],
    ['another edit', [{ vector: add(everywhere, { edit: 'ablate' }) }]],
    ['another site', [{ vector: add({ ...everywhere, site: 'mlp' }) }]],
    ['the prompt only', [{ vector: add({ ...everywhere, tokens: { phase: 'prompt' } }) }]],
    ['a part', [{ vector: add({ ...everywhere, tokens: { part: 'user' } }) }]],
    ['an exception', [{ vector: add({ ...everywhere, tokens: { except: [{ first: 1 }] } }) }]],
    ['a gate', [{ vector: add(everywhere), gates: [{ kind: 'norm-budget', limit: 1 }] }]],
    ['one term that is none', [{ vector: add(everywhere) }, { vector: add(everywhere), where: { layers: [0] } }]],
  ])('is none for %s', (_, steering) => {
    expect(of(steering)).toBeNull()
  })
})

describe('its trace', () => {
  const counted = (promptTokens: number, computed: number) => {
    const shared = of([{ vector: add({ layers: [1, 3] }) }])!
    return sharedTrace(shared, promptTokens, 0, computed).layers.map(({ tokens }) => tokens)
  }

  it('counts every token, and in the last layer those whose logits are read', () => {
    expect(counted(10, 14)).toEqual([14, 5])
  })

  it('counts none of a prompt that was never read', () => {
    expect(counted(10, 0)).toEqual([0, 0])
  })
})
