/** What is to be generated for one HTTP request, whatever its form was. */
import type { Generation, Prompt, Request, Sampling } from '../../engine/types.ts'
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

/** @throws ApiError 400 for more tokens than are allowed, PlimsollError `template-failed` */
export async function requestsOf(job: Job, { limits, model }: Service): Promise<readonly Request[]> {
  const { maxTokens } = job
  if (maxTokens !== null && maxTokens > limits.maxTokens) {
    const param = job.maxTokensFrom ?? 'max_tokens'
    throw new ApiError(400, `${param}: at most ${limits.maxTokens} tokens are generated here`, {
      param,
      code: 'invalid_value',
      fix: 'Ask for fewer, or start the server with a greater --max-tokens.',
    })
  }
  const { steering } = job.steered
  const each = job.prompts.map(async (prompt): Promise<Request[]> => {
    // Only who does not say how many is asked about the prompt's length: a busy engine answers between two steps.
    const request = { prompt, steering, sampling: job.sampling, maxTokens: maxTokens ?? (await usual(prompt)) }
    return Array.from({ length: job.n }, () => request)
  })
  return (await Promise.all(each)).flat()

  async function usual(prompt: Prompt): Promise<number> {
    const { tokens } = await model.render(prompt)
    // Where there is no room at all the engine says so.
    return Math.min(limits.usualTokens, limits.maxTokens, Math.max(1, model.info.contextLength - tokens.length))
  }
}

/** Tokens of all prompts, each counted once. */
export function promptTokensOf({ prompts, n }: Job, generations: readonly Generation[]): number {
  return prompts.reduce((sum, _, i) => sum + (generations[i * n]?.promptTokens ?? 0), 0)
}
