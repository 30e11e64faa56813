/**
 * Partial orthogonalisation: w = w_t − λ·(w_t·w_c/‖w_c‖²)·w_c, added as h ← h + α·w at one layer, or ablated from it on.
 *
 * w_t is the difference of means of the contrast set, w_c that of the control prompts: of harmless and harmful ones for
 * overrefusal, so that what tells them apart is left alone. Positives show the behaviour to be strengthened on both.
 * Source: Wang et al. 2024 (arXiv 2410.03415; github.com/mainlp/False-Refusal-Mitigation, pipeline/run_pipeline.py and
 * pipeline/utils/hook_utils.py), whose vectors point towards refusal and are ablated at block inputs, attention and MLP
 * outputs from a start layer on; as added by Goyal and Daumé 2026 (arXiv 2602.06256).
 */
import { addTo, dot, norm, unlessRounding } from '../algebra/vectors.ts'
import { type ContrastStates, meanDifference, type Weighting } from './contrast.ts'
import type { MethodDescription } from './types.ts'

/** `ablate`: the direction is taken away from the layer on at which it was read. */
export type PartialOrEdit = 'add' | 'ablate'

export const partialOrDefaults = { lambda: 1, edit: 'add', weighting: 'prompt' } as const

export const partialOr: MethodDescription = {
  name: 'partial-or',
  title: 'Partial orthogonalisation',
  formula:
    'w = w_t − λ·(w_t·w_c/‖w_c‖²)·w_c with w_t, w_c differences of means;  h ← h + α·w at one layer, or h ← h − α·(h·û)û from it on',
  citation: 'Wang et al. 2024, arXiv 2410.03415; Goyal & Daumé 2026, arXiv 2602.06256',
  edit: 'add',
  needs: 'prompts on two sides, and control prompts on two sides',
  defaults: partialOrDefaults,
  differsFromOriginal:
    'The source ablates its vector from a start layer on, which is `edit: ablate`; by default it is added at one layer, as Goyal and Daumé do. The source picks position and layer of its direction by refusal scores, with the start layer given (0); here the direction is read at the candidate layer, ablated from there on, and picked as that of every method is. Its target is refused pseudo-harmful against harmless prompts, ours the contrast set. The length of w before it is made a unit is kept as its natural scale.',
}

/** @throws RangeError without control states */
export function partialOrDirection(
  { target, control }: ContrastStates,
  lambda: number,
  weighting: Weighting = 'prompt',
): Float64Array {
  if (control === null) throw new RangeError('partial-or needs control states')
  const w = meanDifference(target, weighting)
  const before = norm(w)
  const away = meanDifference(control, weighting)
  const square = dot(away, away)
  if (square > 0) addTo(w, away, (-lambda * dot(w, away)) / square)
  return unlessRounding(w, before)
}
