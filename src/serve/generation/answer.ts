/** Generates for one HTTP request: as a whole, or token by token. */
import type { Generation, Token } from '../../engine/types.ts'
import { computing, type Service, takeTurn } from '../service.ts'
import { channel } from './channel.ts'
import { type Job, promptTokensOf, requestsOf } from './job.ts'

export interface Whole {
  readonly promptTokens: number
  readonly generations: readonly Generation[]
}

export type Streamed =
  | { readonly kind: 'token'; readonly index: number; readonly token: Token }
  | ({ readonly kind: 'done' } & Whole)

interface Caller {
  readonly client: string
  readonly signal: AbortSignal
}

/** @throws ApiError, PlimsollError */
export async function answerWhole(job: Job, { client, signal }: Caller, service: Service): Promise<Whole> {
  using turn = await takeTurn(service, client, job.prompts.length * job.n, signal)
  return await computing(service, signal, async () => {
    const generations = await service.model.generate(await requestsOf(job, service), {
      stop: job.stop,
      slots: service.queue.options.places,
      signal: turn.signal,
    })
    const whole = { promptTokens: promptTokensOf(job, generations), generations }
    count(job, whole, service)
    return whole
  })
}

/** Tokens as they come, then all of it. Whoever stops reading ends the computing. @throws ApiError, PlimsollError */
export async function* answerStream(
  job: Job,
  { client, signal }: Caller,
  service: Service,
): AsyncGenerator<Streamed, void, undefined> {
  const began = performance.now()
  const turn = await takeTurn(service, client, job.prompts.length * job.n, signal)
  const left = new AbortController()
  const gone = AbortSignal.any([signal, left.signal])
  const events = channel<Streamed>()
  let first = true
  const finished = computing(service, gone, async () => {
    const generations = await service.model.generate(await requestsOf(job, service), {
      stop: job.stop,
      slots: service.queue.options.places,
      signal: AbortSignal.any([turn.signal, left.signal]),
      onToken: (index, token) => {
        if (first) service.metrics.firstToken((performance.now() - began) / 1000)
        first = false
        events.push({ kind: 'token', index, token })
      },
    })
    return { promptTokens: promptTokensOf(job, generations), generations }
  }).finally(() => {
    // Not when it is read: a reader that is slow, or has stopped reading, would keep others from their turns.
    turn[Symbol.dispose]()
    events.end()
  })
  // Awaited below; without this a failure before that would count as unhandled.
  finished.catch(() => {})
  try {
    yield* events
    const whole = await finished
    count(job, whole, service)
    yield { kind: 'done', ...whole }
  } finally {
    left.abort()
  }
}

function count({ steered }: Job, { promptTokens, generations }: Whole, { metrics }: Service): void {
  const isSteered = steered.steering.length > 0
  metrics.tokens('prompt', isSteered, promptTokens)
  metrics.tokens('generated', isSteered, generatedTokens(generations))
}

export function generatedTokens(generations: readonly Generation[]): number {
  return generations.reduce((sum, { tokens }) => sum + tokens.length, 0)
}
