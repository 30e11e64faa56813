/** Prompts in pieces that fit a batch. */
import { type DecodeContext, maxBatch } from './context.ts'

/** With logits for every token a piece is shorter: they take one vocabulary of floats each. */
export const scoredPiece = 128

type Outputs = 'none' | 'last' | 'all'

/** Tokens that are computed at a time. */
export function pieceSize({ outputs: most }: Pick<DecodeContext, 'outputs'>, outputs: Outputs): number {
  return outputs === 'all' ? Math.min(scoredPiece, most) : maxBatch
}

/**
 * Computes `tokens[from …]` of one sequence. `onPiece` is called after each piece with the index of its first token;
 * with outputs `all` its logits can then be read.
 */
export function prefill(
  context: DecodeContext,
  sequence: number,
  tokens: readonly number[],
  from: number,
  outputs: Outputs,
  onPiece?: (start: number, end: number) => void,
): void {
  const size = pieceSize(context, outputs)
  for (let start = from; start < tokens.length; start += size) {
    const end = Math.min(start + size, tokens.length)
    const wanted = outputs === 'last' && end < tokens.length ? 'none' : outputs
    context.decodeSequence(sequence, start, tokens.slice(start, end), wanted)
    onPiece?.(start, end)
  }
}
