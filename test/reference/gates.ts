/** Gates in double precision, from their formulas. */
import type { Gate, Measure } from '../../src/engine/types.ts'
import { of, product } from './edits.ts'

/** h·û; its cosine with û; or the cosine of h with tanh of its projection on û [arXiv 2409.05907]. */
export function measured(measure: Measure, h: ArrayLike<number>, unit: ArrayLike<number>): number {
  const along = product(h, unit)
  if (measure === 'projection') return along
  const cosine = (other: ArrayLike<number>) => product(h, other) / Math.sqrt(product(h, h) * product(other, other)) || 0
  return cosine(measure === 'cosine' ? unit : Array.from(unit, value => Math.tanh(along * value)))
}

export function opens(value: number, gate: { readonly threshold: number; readonly open: 'above' | 'below' }): boolean {
  return gate.open === 'above' ? value > gate.threshold : value < gate.threshold
}

/** Factor of the strength for a row; 0 where a gate is shut. */
export function factorOf(gates: readonly Gate[], layer: number, h: readonly number[]): number {
  return gates.reduce((factor, gate) => {
    if (gate.kind === 'condition' || gate.kind === 'norm-budget') return factor
    const value = measured(gate.measure, h, of(gate.directions, layer).unit)
    if (gate.kind === 'token') return opens(value, gate) ? factor : 0
    return factor * alongPoints(gate.points, value)
  }, 1)
}

/** The change from h to `after`, shortened to the smallest budget. */
export function withinBudget(
  gates: readonly Gate[],
  h: readonly number[],
  after: readonly number[],
): readonly number[] {
  const limits = gates.flatMap(gate => (gate.kind === 'norm-budget' ? [gate.limit] : []))
  if (limits.length === 0) return after
  const allowed = Math.min(...limits) * Math.hypot(...h)
  const moved = Math.hypot(...after.map((value, i) => value - h[i]!))
  return moved <= allowed ? after : h.map((value, i) => value + (allowed / moved) * (after[i]! - value))
}

/** Linear between points, constant outside. */
function alongPoints(points: readonly (readonly [number, number])[], x: number): number {
  const [first, last] = [points[0]!, points.at(-1)!]
  if (x <= first[0]) return first[1]
  if (x >= last[0]) return last[1]
  const right = points.findIndex(([at]) => at >= x)
  const [[x0, y0], [x1, y1]] = [points[right - 1]!, points[right]!]
  return y0 + ((y1 - y0) * (x - x0)) / (x1 - x0)
}
