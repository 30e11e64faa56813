/** One request while it is computed: its steering, what that did, and what became of it. */
import type { PlimsollError } from '../../errors.ts'
import type { GeneratedParts } from '../generated-parts.ts'
import { partsAfter } from '../positions.ts'
import type { ResolvedSteering } from '../steering.ts'
import type { Rendered } from '../types.ts'
import type { Conditions } from './conditions.ts'
import { TraceRecorder } from './trace.ts'

export interface Steered {
  readonly steering: ResolvedSteering
  readonly trace: TraceRecorder
  /** Whoever computes the request pushes every token that follows the prompt, before it is computed. */
  readonly generated: GeneratedParts
  /** Which terms its conditions let through; null where it has none. */
  readonly conditions: Conditions | null
  /** Set where an edit failed: this request's answer is worth nothing, the others' are untouched. */
  failure: PlimsollError | null
}

export function newSteered(
  steering: ResolvedSteering,
  rendered: Rendered,
  conditions: Conditions | null = null,
): Steered {
  return { steering, trace: new TraceRecorder(conditions), generated: partsAfter(rendered), conditions, failure: null }
}
