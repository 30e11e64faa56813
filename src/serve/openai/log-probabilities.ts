/** Log-probabilities in the forms that OpenAI gives them. */
import { z } from 'zod'
import type { Model, TokenProbability } from '../../engine/types.ts'
import { textOf } from '../generation/token-texts.ts'

const one = { token: z.string(), logprob: z.number(), bytes: z.array(z.int()).nullable() }
export const ChatLogprob = z.object({ ...one, top_logprobs: z.array(z.object(one)) })
export const TextLogprobs = z.object({
  tokens: z.array(z.string()),
  token_logprobs: z.array(z.number()),
  top_logprobs: z.array(z.record(z.string(), z.number())),
  text_offset: z.array(z.int()),
})

/** JSON has no −Infinity: what OpenAI gives for a token that is all but impossible. */
const least = -9999

export async function chatLogprob(
  token: number,
  { logProbability, top }: TokenProbability,
  most: number,
  model: Model,
): Promise<z.output<typeof ChatLogprob>> {
  return {
    ...entry(await textOf(token, model), logProbability),
    top_logprobs: top.slice(0, most).map(({ text, logProbability: value }) => entry(text, value)),
  }
}

function entry(token: string, logprob: number) {
  return { token, logprob: Math.max(least, logprob), bytes: bytesOf(token) }
}

/** A token may be a part of a character only; then its text does not tell its bytes. */
function bytesOf(text: string): number[] | null {
  return text.includes('\uFFFD') ? null : [...new TextEncoder().encode(text)]
}

/** @param offset characters of the answer before these tokens */
export async function textLogprobs(
  tokens: readonly number[],
  probabilities: readonly TokenProbability[],
  most: number,
  offset: number,
  model: Model,
): Promise<z.output<typeof TextLogprobs>> {
  const texts = await Promise.all(tokens.map(token => textOf(token, model)))
  let at = offset
  return {
    tokens: texts,
    token_logprobs: probabilities.map(({ logProbability }) => Math.max(least, logProbability)),
    top_logprobs: probabilities.map(({ top }) =>
      Object.fromEntries(top.slice(0, most).map(({ text, logProbability }) => [text, Math.max(least, logProbability)])),
    ),
    text_offset: texts.map(text => {
      const start = at
      at += text.length
      return start
    }),
  }
}
