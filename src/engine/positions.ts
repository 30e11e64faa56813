/** Which tokens of a request a where-clause means. Needs neither model nor engine: a viewer shows with it what is meant. */
import { GeneratedParts } from './generated-parts.ts'
import { selectedPositions, selectTokens } from './select.ts'
import type { TokenLayout } from './token-layout.ts'
import type { Rendered } from './types.ts'
import { parseWhere, type WhereInput } from './where.ts'

/**
 * Positions, ascending, counted from the first token of the prompt on; those of `generated` follow it.
 *
 * It is what the engine itself goes by. Where states decide (`is: 'massive'`) these are the tokens they decide among.
 * @param rendered from `model.render`
 * @param generated tokens that follow the prompt
 * @throws PlimsollError `invalid-input` for a clause that is none or contradicts itself, `nothing-selected` for one that
 * can select nothing in this request, whatever is generated
 */
export function positionsOf(where: WhereInput, rendered: Rendered, generated: readonly number[] = []): number[] {
  const selection = selectTokens(parseWhere(where).tokens, layoutOf(rendered, true))
  const length = rendered.tokens.length + generated.length
  return selectedPositions(selection, length, partsAfter(rendered, generated))
}

/** @param generates whether tokens can follow the prompt */
export function layoutOf(rendered: Rendered, generates: boolean): TokenLayout {
  return {
    promptTokens: rendered.tokens.length,
    templateSuffix: rendered.templateSuffix,
    parts: rendered.parts,
    startsWithBos: rendered.startsWithBos,
    generates,
  }
}

/** What the tokens after a prompt are; `continuation`: those that are known already. */
export function partsAfter(rendered: Rendered, continuation: readonly number[] = []): GeneratedParts {
  const parts = new GeneratedParts(rendered.tokens.length, rendered.thinking)
  for (const token of continuation) parts.push(token)
  return parts
}
