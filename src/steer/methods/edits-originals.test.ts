/** What the originals of other edits make of the same activations (oracle/methods/edits.py). */
import { describe, expect, it } from 'vitest'
import { rowEdit } from '../../engine/edits/index.ts'
import type { EditVector, RotateVector } from '../../engine/types.ts'
import { logisticRegression } from '../algebra/logistic.ts'
import { dot, norm } from '../algebra/vectors.ts'
import { aceVector } from './ace.ts'
import { planeOf } from './angular.ts'
import { bestThreshold, projectedCosine } from './cast.ts'
import fixtures from './edits.json' with { type: 'json' }
import { headAccuracy, headDirection } from './iti.ts'
import { pcaDirection } from './pca.ts'

const rowsOf = (rows: readonly number[][]) => rows.map(row => Float32Array.from(row))

function edited(vector: EditVector, rows: readonly number[][], strength: number): Float32Array[] {
  return rows.map(row => {
    const state = Float32Array.from(row)
    rowEdit(vector, 0, row.length).apply(state, 0, strength, { layer: 0, position: 0 })
    return state
  })
}

function expectRows(found: readonly ArrayLike<number>[], expected: readonly number[][]): void {
  for (const [i, row] of expected.entries())
    for (const [k, value] of row.entries()) expect(found[i]![k]).toBeCloseTo(value, 4)
}

describe('iti, beside honest_llama', () => {
  const { labels, held, heads } = fixtures.iti
  const sideOf = (label: number) => labels.flatMap((one, i) => (one === label ? [i] : []))
  const places = { positive: sideOf(1), negative: sideOf(0) }
  const split = {
    positive: new Set(places.positive.flatMap((row, i) => (held.includes(row) ? [i] : []))),
    negative: new Set(places.negative.flatMap((row, i) => (held.includes(row) ? [i] : []))),
  }

  it.each(heads)('head $head of layer $layer', head => {
    const rows = rowsOf(head.rows)
    const of = (side: 'positive' | 'negative') => places[side].map(i => rows[i]!)
    const sides = { positive: of('positive'), negative: of('negative') }
    const learnt = labels.flatMap((label, i) =>
      held.includes(i) ? [] : [{ row: rows[i]!, label: label === 1 ? 1 : 0 }],
    )
    const probe = logisticRegression(learnt as { row: Float32Array; label: 0 | 1 }[])
    // scikit-learn stops a little before the minimum.
    const solution = [...probe.weight, probe.intercept]
    const told = [...head.weight, head.intercept]
    expect(dot(solution, told) / (norm(solution) * norm(told))).toBeGreaterThan(0.9999)
    expect(norm(solution) / norm(told)).toBeCloseTo(1, 2)
    expect(headAccuracy(sides, split)).toBeCloseTo(head.accuracy, 6)
    const { w, deviation } = headDirection(sides)
    expect(dot(w, head.unit) / norm(w)).toBeGreaterThan(0.99999)
    expect(deviation).toBeCloseTo(head.deviation, 5)
  })

  it('ranks heads that do differ', () => {
    expect(new Set(heads.map(({ accuracy }) => accuracy)).size).toBeGreaterThan(2)
  })
})

describe('cast, beside activation-steering', () => {
  const { states, directions, similarities, best } = fixtures.cast
  const layers = ['1', '2', '3'] as const
  const sidesOf = <T>(rows: readonly T[]) => ({
    positive: rows.filter((_, i) => i % 2 === 0),
    negative: rows.filter((_, i) => i % 2 === 1),
  })

  it.each(layers)('the condition of layer %s is the same direction, and measures the same', layer => {
    const { positive, negative } = sidesOf(rowsOf(states[layer]))
    const target = { positive: positive.map(row => [row]), negative: negative.map(row => [row]) }
    const axis = pcaDirection({ target }, false)
    expect(dot(axis, directions[layer]) / (norm(axis) * norm(directions[layer]))).toBeGreaterThan(0.99999)
    const unit = axis.map(value => value / norm(axis))
    for (const [i, row] of states[layer].entries())
      expect(projectedCosine(row, unit)).toBeCloseTo(similarities[layer][i]!, 5)
  })

  it('finds the same layer and comparison, and no lower F1 than its grid of thresholds', () => {
    const found = layers.map(layer => {
      const { positive, negative } = sidesOf(similarities[layer])
      return { layer: Number(layer), ...bestThreshold(positive, negative)! }
    })
    const highest = found.reduce((one, other) => (other.f1 > one.f1 ? other : one))
    expect(highest).toMatchObject({ layer: best.layer, open: best.open })
    expect(highest.f1).toBeGreaterThanOrEqual(best.f1 - 1e-9)
    expect(Math.abs(highest.threshold - best.threshold)).toBeLessThan(0.05)
  })
})

describe('angular, beside angular-steering', () => {
  const { first, second, rows, turned } = fixtures.angular

  it.each(turned)('$degrees degrees, adaptive $adaptive', ({ degrees, adaptive, rows: expected }) => {
    const plane = planeOf(
      Float32Array.from(first),
      [second, second.map(value => 3 * value)].map(row => Float32Array.from(row)),
    )
    const angle: RotateVector = { edit: 'rotate', where: {}, directions: { ...plane, scale: Math.PI / 4 } }
    // A principal component has no sign of its own: the original was given this one.
    const sign = Math.sign(dot(plane.second, second))
    const strength = (sign * degrees) / 45
    expectRows(edited(adaptive ? { ...angle, only: 'positive' } : angle, rows, strength), expected)
  })
})

describe('ace, beside its formula', () => {
  const { positive, negative, rows, moved } = fixtures.ace

  it.each(moved)('at strength $strength', ({ strength, rows: expected }) => {
    const of = (side: readonly number[][]) => rowsOf(side).map(row => [row])
    const vector = aceVector({ target: { positive: of(positive), negative: of(negative) } }, 0)
    expectRows(edited(vector, rows, strength), expected)
  })
})
