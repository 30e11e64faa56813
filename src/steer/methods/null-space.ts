/**
 * DiffMean in the null space of protected states: w = P·(mean(h⁺) − mean(h⁻)), added as h ← h + α·w at one layer.
 *
 * P projects onto what is at right angles to the directions in which the protected states (the control's negatives: harmful
 * prompts) reach furthest: the first right singular vectors of those states, not centred. `ratio` of the width stays. So
 * what reads the protected states along those directions sees no steering: `partial-or` in many dimensions.
 * Source: AlphaSteer (arXiv 2506.07022), whose P this is (src/utils/steering_utils.py, `null_space_projection_l`); it goes
 * on to learn a matrix that makes refusals, which is no vector and left out here.
 */
import { principalComponents } from '../algebra/principal.ts'
import { addTo, dot, meanOf, norm, unlessRounding } from '../algebra/vectors.ts'
import { type ContrastStates, meanDifference, type Weighting } from './contrast.ts'
import type { MethodDescription } from './types.ts'

export const nullSpaceDefaults = { ratio: 0.5, weighting: 'prompt' } as const

export const nullSpace: MethodDescription = {
  name: 'null-space',
  title: 'Difference of means in a null space',
  formula:
    'w = P·(mean(h⁺) − mean(h⁻)), P at right angles to the protected states’ first directions;  h ← h + α·w at one layer',
  citation: 'Sheng et al. 2025 (AlphaSteer), arXiv 2506.07022',
  edit: 'add',
  needs: 'prompts on two sides, and control prompts whose negatives are protected',
  defaults: nullSpaceDefaults,
  differsFromOriginal:
    'AlphaSteer protects harmless states and learns a matrix towards refusal; here harmful states are protected and the difference of means is projected. Where the protected states have fewer directions than are to be given up, only those are, and not as many arbitrary ones beside.',
}

/** @throws RangeError without control states */
export function nullSpaceDirection(
  { target, control }: ContrastStates,
  ratio: number,
  weighting: Weighting = 'prompt',
): Float64Array {
  if (control === null) throw new RangeError('null-space needs control states')
  const w = meanDifference(target, weighting)
  const before = norm(w)
  const protectedRows = control.negative.map(meanOf)
  const given = w.length - Math.floor(w.length * ratio)
  const { axes } = principalComponents(protectedRows, Math.min(given, protectedRows.length))
  for (const axis of axes) addTo(w, axis, -dot(w, axis))
  return unlessRounding(w, before)
}
