/**
 * Partial orthogonalisation: w = w_t − λ·(w_t·w_c/‖w_c‖²)·w_c, added as h ← h + α·w at one layer.
 *
 * w_t is the difference of means of the contrast set, w_c that of the control prompts: of harmless and harmful ones for
 * overrefusal, so that what tells them apart is left alone. Positives show the behaviour to be strengthened on both.
 * Source: Wang et al. 2024 (arXiv 2410.03415), whose vectors point towards refusal and are ablated; as added by Goyal
 * and Daumé 2026 (arXiv 2602.06256).
 */
import { addTo, dot, norm, unlessRounding } from '../algebra/vectors.ts'
import { type ContrastStates, meanDifference } from './contrast.ts'
import type { MethodDescription } from './types.ts'

export const partialOrDefaults = { lambda: 1 } as const

export const partialOr: MethodDescription = {
  name: 'partial-or',
  title: 'Partial orthogonalisation',
  formula: 'w = w_t − λ·(w_t·w_c/‖w_c‖²)·w_c with w_t, w_c differences of means;  h ← h + α·w at one layer',
  citation: 'Wang et al. 2024, arXiv 2410.03415; Goyal & Daumé 2026, arXiv 2602.06256',
  edit: 'add',
  needs: 'prompts on two sides, and control prompts on two sides',
  defaults: partialOrDefaults,
  differsFromOriginal:
    'The source ablates its vector from a start layer on; here it is added at one layer, as Goyal and Daumé do. The length of w before it is made a unit is kept as its natural scale.',
}

/** @throws RangeError without control states */
export function partialOrDirection({ target, control }: ContrastStates, lambda: number): Float64Array {
  if (control === null) throw new RangeError('partial-or needs control states')
  const w = meanDifference(target)
  const before = norm(w)
  const away = meanDifference(control)
  const square = dot(away, away)
  if (square > 0) addTo(w, away, (-lambda * dot(w, away)) / square)
  return unlessRounding(w, before)
}
