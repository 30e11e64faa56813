/** Prompts that are read together, in neighbouring sequences. */
import type { DecodeContext } from '../context.ts'
import type { Entry } from './entry.ts'

export interface Joined {
  readonly entry: Entry
  readonly sequence: number
  readonly tokens: readonly number[]
  /** Tokens that are computed. */
  at: number
}

/**
 * Reads all to their ends, equally long pieces at a time, up to the length of the shortest that is left; each answer
 * chooses its first token.
 * @param check told the logits of a piece before any answer is; throws where they are worth nothing
 */
export function readTogether(
  context: DecodeContext,
  joined: readonly Joined[],
  check: (logits: Float32Array) => void,
): void {
  for (let open = joined; open.length > 0; open = open.filter(({ tokens, at }) => at < tokens.length)) {
    const size = Math.min(...open.map(({ tokens, at }) => tokens.length - at))
    const ends = open.filter(({ tokens, at, entry }) => tokens.length - at === size && !entry.answer.resumes)
    context.decodePieces(
      open.map(one => ({
        sequence: one.sequence,
        position: one.at,
        tokens: one.tokens.slice(one.at, one.at + size),
        output: ends.includes(one),
      })),
    )
    for (const i of ends.keys()) check(context.logits(i))
    for (const [i, { entry }] of ends.entries())
      if (!entry.answer.steered?.failure) entry.answer.choose(context.logits(i))
    for (const one of open) one.at += size
  }
}
