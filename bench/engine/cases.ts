/** What is timed: reading a prompt, and decoding one token each of some sequences behind a context of stated length. */
import type { DecodeContext } from '../../src/engine/llama/context.ts'
import type { StateVisitor } from '../../src/engine/llama/state-callback.ts'

export const cases = ['prefill', 'decode1', 'decode4', 'decode16', 'decode64'] as const
export type Case = (typeof cases)[number]

/** One after the other, in their order. */
export function eachCase<T>(of: (name: Case) => T): Record<Case, T> {
  return {
    prefill: of('prefill'),
    decode1: of('decode1'),
    decode4: of('decode4'),
    decode16: of('decode16'),
    decode64: of('decode64'),
  }
}

/** Sequences that are computed together. */
export function sequencesOf(name: Case): number {
  return name === 'prefill' ? 1 : Number(name.slice('decode'.length))
}

/** Puts the same `tokens` into every sequence; for decoding they have to be there before anything is timed. */
export function fill(context: DecodeContext, tokens: readonly number[], sequences: number): void {
  context.visitor = null
  context.clear()
  context.decodeSequence(0, 0, tokens, 'last')
  for (let sequence = 1; sequence < sequences; sequence++) context.copy(0, sequence)
}

/** Reads the prompt once and returns the seconds it took. */
export function timePrefill(context: DecodeContext, tokens: readonly number[], visitor: StateVisitor | null): number {
  context.visitor = visitor
  context.truncate(0, -1)
  const began = performance.now()
  context.decodeSequence(0, 0, tokens, 'last')
  // Computing is over when its results can be read.
  context.logits(0)
  return (performance.now() - began) / 1000
}

/** Decodes one token of every sequence behind what `fill` put there, drops it, and returns the seconds it took. */
export function timeDecode(
  context: DecodeContext,
  tokens: readonly number[],
  sequences: number,
  visitor: StateVisitor | null,
): number {
  context.visitor = visitor
  const position = tokens.length
  const token = tokens.at(-1) ?? 0
  const entries = Array.from({ length: sequences }, (_, sequence) => ({ sequence, position, token }))
  const began = performance.now()
  context.decodeStep(entries)
  context.logits(0)
  const seconds = (performance.now() - began) / 1000
  for (let sequence = 0; sequence < sequences; sequence++) context.truncate(sequence, position)
  return seconds
}
