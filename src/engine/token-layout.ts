import type { Span } from './types.ts'

/** Which positions of a request are what. */
export interface TokenLayout {
  /** Tokens of the prompt, the beginning-of-sequence token included. */
  readonly promptTokens: number
  /** Half-open range of prompt positions; empty where there is none. */
  readonly templateSuffix: readonly [start: number, end: number]
  /** Parts of the prompt between the template's own tokens, ascending. */
  readonly parts: readonly Span[]
  readonly startsWithBos: boolean
  /** Whether tokens can follow the prompt: true to generate and to score a continuation, false to capture. */
  readonly generates: boolean
}
