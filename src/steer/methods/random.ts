/**
 * A random direction, isotropic on the sphere: the reference that says what any push of the same length does.
 * Reads nothing; writes one unit direction. Source: normalised independent Gaussians (Muller 1959).
 */

import type { DirectionVector } from '../../engine/types.ts'
import { createRandom } from '../../random.ts'
import { toDirection } from '../vector.ts'
import type { MethodDescription } from './types.ts'

export const random: MethodDescription = {
  name: 'random',
  title: 'Random direction',
  formula: 'w ~ N(0, I), scaled to the norm of the vector it is held against;  h ← h + α·w',
  citation: 'reference condition; Muller 1959, doi 10.1145/377939.377946',
  edit: 'add',
  needs: 'a width, a norm and a seed',
  defaults: { draws: 3 },
  differsFromOriginal: '',
}

/** A vector of the same norm, layers and tokens as `like`, in a random direction. */
export function randomLike(
  like: DirectionVector,
  layer: number,
  scale: number,
  width: number,
  seed: number,
): DirectionVector {
  const source = createRandom(seed, `random direction at layer ${layer}`)
  const values = new Float64Array(width)
  for (let i = 0; i < width; i += 2) {
    // Box and Muller: two Gaussians from two uniform numbers, the first kept away from 0.
    const radius = Math.sqrt(-2 * Math.log(1 - source.next()))
    const angle = 2 * Math.PI * source.next()
    values[i] = radius * Math.cos(angle)
    if (i + 1 < width) values[i + 1] = radius * Math.sin(angle)
  }
  const { unit } = toDirection(values, 'The random vector')
  return { edit: 'add', where: like.where, directions: { [layer]: { unit, scale } } }
}
