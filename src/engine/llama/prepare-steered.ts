/** Lets a request occupy a sequence; conditions that have to see its prompt first read it here. */
import { PlimsollError } from '../../errors.ts'
import { placeOf } from '../place.ts'
import type { ResolvedSteering } from '../steering.ts'
import type { Rendered } from '../types.ts'
import { CaptureVisitor } from './capture-visitor.ts'
import { Conditions } from './conditions.ts'
import { type DecodeContext, maxBatch } from './context.ts'
import { prefill } from './prefill.ts'
import { newSteered, type Steered } from './steered.ts'
import { SteeringVisitor } from './steering-visitor.ts'

/**
 * A steering with conditions, which never shares a cache, finds the sequence empty and leaves it so.
 *
 * Conditions read the prompt with the terms that have none. `later-layers` decides in the one pass that computes the
 * prompt; that takes a prompt of one piece, and no condition that would read what another one's term changed. Else it
 * is read twice.
 *
 * @param piece tokens that whoever computes the prompt does at a time
 */
export function prepareSteered(
  context: DecodeContext,
  visitor: SteeringVisitor,
  sequence: number,
  rendered: Rendered,
  steering: ResolvedSteering | null,
  piece = maxBatch,
): Steered | null {
  if (steering === null || steering.conditions.length === 0) {
    const steered = steering === null ? null : newSteered(steering, rendered)
    visitor.occupy(sequence, steered)
    return steered
  }
  const onePass =
    rendered.tokens.length <= piece &&
    steering.conditions.every(({ pass, tokens }) => pass === 'later-layers' && tokens !== null) &&
    !isChained(steering)
  const conditions = new Conditions(steering, onePass ? 'while-reading' : 'afterwards')
  const steered = newSteered(steering, rendered, conditions)
  if (!onePass) readFirst(context, sequence, rendered, newSteered(steering, rendered, conditions), steered)
  visitor.occupy(sequence, steered)
  return steered
}

/** Whether a term with a condition acts where a condition, another one's, still reads. */
function isChained({ places, conditions }: ResolvedSteering): boolean {
  const last = Math.max(...conditions.map(({ lastLayer }) => lastLayer))
  const conditional = new Set(conditions.map(({ term }) => term))
  return [...places].some(
    ([place, terms]) => placeOf(place).layer <= last && terms.some(({ term }) => conditional.has(term)),
  )
}

function readFirst(
  context: DecodeContext,
  sequence: number,
  rendered: Rendered,
  reading: Steered,
  steered: Steered,
): void {
  const reader = new SteeringVisitor()
  reader.occupy(sequence, reading)
  const before = context.visitor
  const places = reading.conditions?.places ?? []
  // Blocks above the last place that a condition reads are not computed.
  context.visitor = new CaptureVisitor(places, reader)
  try {
    const last = Math.max(...places.map(place => placeOf(place).layer))
    // The last layer computes only rows whose logits are wanted.
    prefill(context, sequence, rendered.tokens, 0, last === context.layers - 1 ? 'all' : 'none')
    reading.conditions?.decideAll()
  } catch (error) {
    if (!(error instanceof PlimsollError) || error.code === 'cancelled') throw error
    reading.failure = error
  } finally {
    context.visitor = before
    context.truncate(sequence, -1)
  }
  steered.failure = reading.failure
}
