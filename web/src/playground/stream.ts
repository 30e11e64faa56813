/** One streamed answer of `/v1/chat/completions`. */
import { z } from 'zod'
import { send, throwIfTold } from '../api.ts'
import { serverEvents } from '../server-events.ts'
import type { Entry, Question } from './setup.ts'
import type { AnswerToken } from './token-levels.ts'

/** What the server sends of an answer, as far as it is shown. */
const Piece = z.object({
  choices: z.array(
    z.object({
      delta: z.object({ content: z.string().nullish() }),
      logprobs: z.object({ content: z.array(z.object({ logprob: z.number() })) }).nullish(),
      finish_reason: z.enum(['stop', 'length', 'tool_calls']).nullable(),
    }),
  ),
  usage: z.object({ completion_tokens: z.number() }).nullish(),
})

export interface Ended {
  readonly tokens: number
  readonly finish: 'stop' | 'length'
}

/**
 * @param steering what acts; empty: the model as it is
 * @throws Failed with what the server said; DOMException `AbortError` when it was stopped
 */
export async function streamAnswer(
  model: string,
  { prompt, system, tokens }: Question,
  steering: readonly Entry[],
  { signal, onToken }: { readonly signal: AbortSignal; readonly onToken: (token: AnswerToken) => void },
): Promise<Ended> {
  const response = await send(
    'POST',
    '/v1/chat/completions',
    {
      model,
      messages: [...(system === '' ? [] : [{ role: 'system', content: system }]), { role: 'user', content: prompt }],
      max_tokens: tokens,
      temperature: 0,
      seed: 0,
      logprobs: true,
      stream: true,
      stream_options: { include_usage: true },
      steering: steering.map(({ name, strength }) => ({ vector: name, strength })),
    },
    signal,
  )
  let ended: Ended = { tokens: 0, finish: 'stop' }
  for await (const data of serverEvents(response)) {
    const body: unknown = JSON.parse(data)
    throwIfTold(body)
    const { choices, usage } = Piece.parse(body)
    for (const { delta, logprobs, finish_reason: finish } of choices) {
      const logprob = logprobs?.content[0]?.logprob
      if (delta.content) onToken({ text: delta.content, probability: logprob === undefined ? null : Math.exp(logprob) })
      if (finish !== null) ended = { ...ended, finish: finish === 'length' ? 'length' : 'stop' }
    }
    if (usage) ended = { ...ended, tokens: usage.completion_tokens }
  }
  return ended
}
