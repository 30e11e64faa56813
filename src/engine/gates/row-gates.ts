/** Gates that decide for each row by itself: whether, how much, how far. */
import { PlimsollError } from '../../errors.ts'
import { atLayer, checkDirection } from '../edits/edit.ts'
import type { AdaptiveGate, Gate, NormBudgetGate, TokenGate } from '../steering-types.ts'
import { isOpen, measure } from './measure.ts'

/** The gates of one term at one place, in their order. */
export interface RowGates {
  /** Factor of the strength for a row: 0 where a gate is shut. */
  factor(states: Float32Array, offset: number): number
  /** ‖h′ − h‖ ≤ limit·‖h‖; Infinity for no limit. */
  readonly limit: number
}

/**
 * null where nothing depends on the row.
 * @throws PlimsollError `vector-mismatch`, `invalid-input`
 */
export function rowGates(gates: readonly Gate[], layer: number, width: number): RowGates | null {
  const factors = gates.flatMap(gate => {
    if (gate.kind === 'token') return [tokenFactor(gate, layer, width)]
    return gate.kind === 'adaptive' ? [adaptiveFactor(gate, layer, width)] : []
  })
  const limit = Math.min(...gates.filter(gate => gate.kind === 'norm-budget').map(checkedLimit))
  if (factors.length === 0 && limit === Number.POSITIVE_INFINITY) return null
  return {
    factor: (states, offset) => {
      let product = 1
      for (const factor of factors) {
        product *= factor(states, offset)
        if (product === 0) return 0
      }
      return product
    },
    limit,
  }
}

type Factor = (states: Float32Array, offset: number) => number

function tokenFactor(gate: TokenGate, layer: number, width: number): Factor {
  const direction = atLayer(gate.directions, 'unit', layer)
  checkDirection(direction, width, layer)
  checkThreshold(gate.threshold)
  return (states, offset) => (isOpen(measure(gate.measure, states, offset, direction.unit), gate) ? 1 : 0)
}

function adaptiveFactor(gate: AdaptiveGate, layer: number, width: number): Factor {
  const direction = atLayer(gate.directions, 'unit', layer)
  checkDirection(direction, width, layer)
  checkPoints(gate.points)
  return (states, offset) => between(gate.points, measure(gate.measure, states, offset, direction.unit))
}

/** Linear between the points, constant outside. */
export function between(points: AdaptiveGate['points'], x: number): number {
  const after = points.findIndex(([at]) => at >= x)
  if (after === 0) return points[0]?.[1] ?? 1
  const [right, left] = [points[after], points[after < 0 ? points.length - 1 : after - 1]]
  if (left === undefined) return 1
  if (right === undefined) return left[1]
  return left[1] + ((right[1] - left[1]) * (x - left[0])) / (right[0] - left[0])
}

function checkPoints(points: AdaptiveGate['points']): void {
  const ascend = points.every(([x], i) => i === 0 || x > (points[i - 1]?.[0] ?? Number.NaN))
  if (points.length >= 2 && ascend && points.flat().every(Number.isFinite)) return
  throw new PlimsollError('invalid-input', 'The points of an adaptive gate say no function', {
    found: JSON.stringify(points),
    expected: 'at least two pairs [x, factor] of numbers, x ascending',
    fix: 'Sort the points by x, and name each x once.',
  })
}

function checkedLimit({ limit }: NormBudgetGate): number {
  if (Number.isFinite(limit) && limit >= 0) return limit
  throw new PlimsollError('invalid-input', 'The limit of a norm budget cannot be', {
    found: String(limit),
    expected: "a number from 0 on: a part of the state's length",
    fix: 'Give a limit such as 0.1.',
  })
}

/** @throws PlimsollError `invalid-input` */
export function checkThreshold(threshold: number): void {
  if (Number.isFinite(threshold)) return
  throw new PlimsollError('invalid-input', 'The threshold of a gate is not a number', {
    found: String(threshold),
    fix: 'Give a threshold such as 0.1.',
  })
}
