import { describe, expect, it } from 'vitest'
import { randomUnit } from '../../../test/support/random.ts'
import type { AdaptiveGate, Gate } from '../steering-types.ts'
import { measure } from './measure.ts'
import { between, rowGates } from './row-gates.ts'

const width = 4
const unit = Float32Array.of(1, 0, 0, 0)
const directions = { unit, scale: 1 }
const row = Float32Array.of(9, 9, 3, 0, 4, 0)
const gate = (rest: object): Gate => ({
  kind: 'token',
  directions,
  measure: 'projection',
  threshold: 2,
  open: 'above',
  ...rest,
})
const factor = (...gates: Gate[]) => rowGates(gates, 0, width)?.factor(row, 2)

describe('what a gate measures', () => {
  it('is the projection, or the cosine', () => {
    expect(measure('projection', row, 2, unit)).toBe(3)
    expect(measure('cosine', row, 2, unit)).toBeCloseTo(0.6, 9)
    expect(measure('cosine', new Float32Array(4), 0, unit)).toBe(0)
  })

  it('is the cosine with tanh of the projected state', () => {
    const direction = randomUnit(6, 3)
    const state = randomUnit(6, 4).map(value => 5 * value)
    const along = state.reduce((sum, value, i) => sum + value * direction[i]!, 0)
    const projected = Array.from(direction, value => Math.tanh(along * value))
    const product = projected.reduce((sum, value, i) => sum + value * state[i]!, 0)
    const expected = product / (Math.hypot(...projected) * Math.hypot(...state))
    expect(measure('projected-cosine', state, 0, direction)).toBeCloseTo(expected, 6)
  })
})

describe('gates of a row', () => {
  it('are nothing where there are none', () => {
    expect(rowGates([], 0, width)).toBeNull()
  })

  it('open above or below a threshold', () => {
    expect(factor(gate({}))).toBe(1)
    expect(factor(gate({ threshold: 3 }))).toBe(0)
    expect(factor(gate({ open: 'below' }))).toBe(0)
    expect(factor(gate({ open: 'below', threshold: 4 }))).toBe(1)
    expect(factor(gate({ measure: 'cosine', threshold: 0.59 }))).toBe(1)
    expect(factor(gate({ measure: 'cosine', threshold: 0.61 }))).toBe(0)
  })

  it('have to be open all of them', () => {
    expect(factor(gate({}), gate({ threshold: 3 }))).toBe(0)
    expect(factor(gate({}), gate({ threshold: 1 }))).toBe(1)
  })

  const adaptive = (points: AdaptiveGate['points']): Gate => ({
    kind: 'adaptive',
    directions,
    measure: 'projection',
    points,
  })
  it('scale the strength by a function of the measure', () => {
    expect(
      factor(
        adaptive([
          [0, 0],
          [6, 1],
        ]),
      ),
    ).toBeCloseTo(0.5, 9)
    expect(
      factor(
        adaptive([
          [0, 0],
          [6, 1],
        ]),
        adaptive([
          [0, 2],
          [1, 4],
        ]),
      ),
    ).toBeCloseTo(2, 9)
    const points = [
      [-1, 5],
      [0, 1],
      [2, -1],
    ] as const
    expect([-9, -1, -0.5, 0, 1, 2, 9].map(x => between(points, x))).toEqual([5, 5, 3, 1, 0, -1, -1])
  })

  it('limit the change by the smallest budget', () => {
    const budget = (limit: number): Gate => ({ kind: 'norm-budget', limit })
    expect(rowGates([budget(0.5), budget(0.2)], 0, width)?.limit).toBe(0.2)
    expect(rowGates([gate({})], 0, width)?.limit).toBe(Number.POSITIVE_INFINITY)
  })

  it.each<[string, Gate]>([
    ['a threshold', gate({ threshold: Number.NaN })],
    ['a direction of another width', gate({ directions: { unit: randomUnit(5, 1), scale: 1 } })],
    ['one point', adaptive([[0, 1]])],
    [
      'points out of order',
      adaptive([
        [1, 1],
        [0, 1],
      ]),
    ],
    ['a limit below 0', { kind: 'norm-budget', limit: -1 }],
  ])('refuse %s', (_, wrong) => {
    expect(() => rowGates([wrong], 0, width)).toThrow(expect.objectContaining({ name: 'PlimsollError' }))
  })
})
