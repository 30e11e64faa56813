/** What is to be generated for one HTTP request, whatever its form was. */
import type { Prompt, Request, Sampling } from '../../engine/types.ts'
import { ApiError } from '../http/api-error.ts'
import type { Service } from '../service.ts'
import type { ResolvedRequest } from '../steering/resolve.ts'

export interface Job {
  /** Each is answered `n` times; answer i draws from seed + i. */
  readonly prompts: readonly Prompt[]
  readonly n: number
  /** null: as many as are usual here and fit. */
  readonly maxTokens: number | null
  /** What said it. Default `max_tokens`. */
  readonly maxTokensFrom?: string
  readonly sampling: Sampling
  readonly stop: readonly string[]
  readonly steered: ResolvedRequest
}

export interface Prepared {
  readonly requests: readonly Request[]
  /** Of all prompts, each counted once. */
  readonly promptTokens: number
}

/** @throws ApiError 400 for more tokens than are allowed, PlimsollError `template-failed` */
export async function prepare(job: Job, service: Service): Promise<Prepared> {
  const { limits, model } = service
  if ((job.maxTokens ?? 0) > limits.maxTokens) {
    const param = job.maxTokensFrom ?? 'max_tokens'
    throw new ApiError(400, `${param}: at most ${limits.maxTokens} tokens are generated here`, {
      param,
      code: 'invalid_value',
      fix: 'Ask for fewer, or start the server with a greater --max-tokens.',
    })
  }
  const lengths = await Promise.all(job.prompts.map(async prompt => (await model.render(prompt)).tokens.length))
  return {
    promptTokens: lengths.reduce((sum, length) => sum + length, 0),
    requests: job.prompts.flatMap((prompt, i) => {
      // Where there is no room at all the engine says so.
      const room = Math.max(1, model.info.contextLength - (lengths[i] ?? 0))
      const maxTokens = job.maxTokens ?? Math.min(limits.usualTokens, limits.maxTokens, room)
      const request = { prompt, steering: job.steered.steering, sampling: job.sampling, maxTokens }
      return Array.from({ length: job.n }, () => request)
    }),
  }
}
