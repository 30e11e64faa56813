/** What gates measure of a state. */
import { dot, norm } from '../edits/row.ts'
import type { Measure } from '../steering-types.ts'

/**
 * `projection`: h·û. `cosine`: h·û/‖h‖, 0 for a state of zeros. `projected-cosine`: the cosine of h with
 * tanh((h·û)·û), as conditional activation steering takes it. [arXiv 2409.05907]
 */
export function measure(kind: Measure, states: Float32Array, offset: number, unit: Float32Array): number {
  const along = dot(states, offset, unit)
  if (kind === 'projection') return along
  const length = norm(states, offset, unit.length)
  if (length === 0) return 0
  if (kind === 'cosine') return along / length
  let product = 0
  let squares = 0
  for (let i = 0; i < unit.length; i++) {
    const value = Math.tanh(along * unit[i]!)
    product += value * states[offset + i]!
    squares += value * value
  }
  return squares === 0 ? 0 : product / (length * Math.sqrt(squares))
}

export function isOpen(value: number, gate: { readonly threshold: number; readonly open: 'above' | 'below' }): boolean {
  return gate.open === 'above' ? value > gate.threshold : value < gate.threshold
}
