/** Turning a state in a plane, its norm kept: angular steering. [arXiv 2510.26243] */
import { PlimsollError } from '../../errors.ts'
import type { Direction, RotateVector } from '../steering-types.ts'
import { checkUnit, layerName, type RowEdit } from './edit.ts'
import { dot } from './row.ts'

/** b₁·b₂ may differ from 0 by this much. */
const tolerance = 1e-3

/**
 * h − Ph + ‖Ph‖·(cos θ·b₁ + sin θ·b₂), P onto the plane of b₁ = `unit` and b₂ = `second`, θ = α·s in radians.
 * @throws PlimsollError `invalid-input` where the two are not orthogonal
 */
export function rotate(
  { unit, scale, second }: Direction & { readonly second: Float32Array },
  only: RotateVector['only'],
  layer: number,
): RowEdit {
  checkUnit(second, unit.length, 'second direction', layer)
  const overlap = dot(unit, 0, second)
  if (Math.abs(overlap) > tolerance) {
    throw new PlimsollError('invalid-input', `The two directions of ${layerName(layer)} span no plane`, {
      found: `their product is ${overlap.toPrecision(3)}`,
      expected: '0: orthogonal directions',
      fix: 'Take the first out of the second, and divide by what is left.',
    })
  }
  return {
    apply: (states, offset, strength) => {
      const x = dot(states, offset, unit)
      if (only === 'positive' && x <= 0) return
      const y = dot(states, offset, second)
      const radius = Math.hypot(x, y)
      const angle = strength * scale
      const dx = radius * Math.cos(angle) - x
      const dy = radius * Math.sin(angle) - y
      for (let i = 0; i < unit.length; i++) states[offset + i] = states[offset + i]! + dx * unit[i]! + dy * second[i]!
    },
  }
}
