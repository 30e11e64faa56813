/** What a training needs in memory, asked before it is taken. */
import { PlimsollError } from '../errors.ts'
import { type StepSize, tailBytes } from '../gradient/bytes.ts'
import type { TailSource } from '../gradient/source.ts'
import { availableMemory, limitReplaces, sizeOf } from './memory.ts'

const float = 4
/** Of a step's states: as they are read, changed, packed, and their gradient, whole and by sequence. */
const copies = 5

/**
 * @param mapped weights that need no copy, by name
 * @param examples tokens of each, whose states are kept
 * @throws PlimsollError `out-of-memory` when training would take more than there is, `model-unsupported`
 */
export function checkTrainingMemory(
  source: TailSource,
  layer: number,
  step: StepSize,
  examples: readonly { readonly tokens: number }[],
  mapped: ReadonlyMap<string, unknown>,
): void {
  const { weights, step: graph, width } = tailBytes(source, layer, step, name => !mapped.has(name))
  const kept = examples.reduce((sum, { tokens }) => sum + tokens, 0)
  const states = float * width * (kept + copies * step.tokens)
  const needed = weights + graph + states
  const free = availableMemory()
  if (needed <= free) return
  throw new PlimsollError('out-of-memory', 'There is too little memory for this training', {
    found: `${sizeOf(free)} free`,
    expected: `${sizeOf(needed)}: ${weights === 0 ? '' : `${sizeOf(weights)} of weights, `}${sizeOf(graph)} for a step of ${step.tokens} tokens, ${sizeOf(states)} of states`,
    fix: `Take a smaller batch, shorter prompts or answers, a later layer, or a smaller model. ${limitReplaces}`,
  })
}
