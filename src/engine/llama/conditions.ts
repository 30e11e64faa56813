/** Conditions on the prompt: decided before anything of a request is computed. */
import type { ResolvedSteering } from '../steering.ts'
import type { Rendered } from '../types.ts'
import type { DecodeContext } from './context.ts'
import { newSteered, type Steered } from './steered.ts'
import type { SteeringVisitor } from './steering-visitor.ts'

/**
 * Lets a request occupy a sequence. A steering with conditions on the prompt, which never shares a cache, finds the
 * sequence empty and leaves it so; those that have to see the prompt first read it here.
 */
export function prepareSteered(
  _context: DecodeContext,
  visitor: SteeringVisitor,
  sequence: number,
  rendered: Rendered,
  steering: ResolvedSteering | null,
): Steered | null {
  const steered = steering === null ? null : newSteered(steering, rendered)
  visitor.occupy(sequence, steered)
  return steered
}
