/** Which tokens a method reads: a word for the usual choices, or a clause that says it in full. */
import { z } from 'zod'
import { Tokens, type Where } from '../../engine/where.ts'

/**
 * `template-suffix`: tokens of the chat template after the instruction. `last`: the last of the prompt. `prompt`: all of
 * it. `answer`: what the model answers, its thinking left out.
 */
const words = {
  'template-suffix': { phase: 'prompt', part: 'template-suffix' },
  last: { phase: 'prompt', last: 1 },
  prompt: { phase: 'prompt' },
  answer: { phase: 'generated', part: 'answer' },
} as const satisfies Record<string, Where['tokens']>

export const TokensSaid = z.union([z.enum(['template-suffix', 'last', 'prompt', 'answer']), Tokens])
export type TokensSaid = keyof typeof words | Where['tokens']

export function tokensOf(said: TokensSaid): Where['tokens'] {
  return typeof said === 'string' ? words[said] : said
}

/** Whether tokens are meant that only an answer has. */
export function needsAnswers({ phase, part }: Where['tokens']): boolean {
  return phase === 'generated' || part === 'answer' || part === 'thinking'
}
