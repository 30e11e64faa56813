/** What every route has at hand. */
import type { Model } from '../engine/types.ts'
import { PlimsollError } from '../errors.ts'
import { ApiError } from './http/api-error.ts'
import type { Metrics } from './metrics.ts'
import type { FairQueue } from './queue.ts'
import type { ToolFormat } from './tool-calls/template.ts'
import type { VectorShelf } from './vectors/shelf.ts'

export interface Limits {
  /** Bytes of a JSON body. */
  readonly bodyBytes: number
  /** Bytes of a vector file. */
  readonly uploadBytes: number
  /** Tokens of one answer that a request may ask for. */
  readonly maxTokens: number
  /** Tokens of an answer where a request does not say it. */
  readonly usualTokens: number
  /** Milliseconds that one request may be computed. */
  readonly computing: number
  /** Milliseconds that one request may wait for its turn. */
  readonly waiting: number
}

export type State = 'ready' | 'restarting' | 'stopping'

export interface Service {
  readonly model: Model
  /** As requests name the model. */
  readonly name: string
  readonly shelf: VectorShelf
  readonly queue: FairQueue
  readonly metrics: Metrics
  readonly limits: Limits
  readonly tools: ToolFormat
  /** Seconds since 1970 at which the server was started. */
  readonly started: number
  readonly state: State
  /** Raised when what is in progress shall end at once. */
  readonly stopped: AbortSignal
  /** Told of errors that are nobody's fault but ours. */
  readonly onError: (error: unknown) => void
  /** Whoever sees the engine end says so; a fresh one is started at once. */
  engineEnded(): void
}

/** Places in the queue, and a signal that ends with the caller, the server or the time. */
export interface Turn extends Disposable {
  readonly signal: AbortSignal
}

/**
 * Waits for a turn.
 * @throws ApiError 408, 429, 503; or `cancelled` when the caller is gone
 */
export async function takeTurn(service: Service, client: string, places: number, gone: AbortSignal): Promise<Turn> {
  if (service.state === 'stopping') throw new ApiError(503, 'The server is stopping', { retryAfter: 5 })
  const waiting = AbortSignal.timeout(service.limits.waiting)
  const place = await service.queue
    .enter(client, places, AbortSignal.any([gone, waiting, service.stopped]))
    .catch((error: unknown) => {
      if (waiting.aborted)
        throw new ApiError(429, 'Nobody had time for this request', { code: 'queue_timeout', retryAfter: 10 })
      throw why(error, gone, service)
    })
  const time = AbortSignal.timeout(service.limits.computing)
  const signal = AbortSignal.any([gone, time, service.stopped])
  return { signal, [Symbol.dispose]: () => place[Symbol.dispose]() }
}

/**
 * Computes on the engine, and says why it was cut short where it was.
 * @throws ApiError, PlimsollError
 */
export async function computing<T>(service: Service, gone: AbortSignal, compute: () => Promise<T>): Promise<T> {
  try {
    return await compute()
  } catch (error) {
    if (error instanceof PlimsollError && error.code === 'engine-crashed') service.engineEnded()
    throw why(error, gone, service)
  }
}

function why(error: unknown, gone: AbortSignal, service: Service): unknown {
  const cut = error instanceof PlimsollError ? error.code === 'cancelled' : gone.aborted || service.stopped.aborted
  if (!cut) return error
  if (service.stopped.aborted) return new ApiError(503, 'The server is stopping', { retryAfter: 5 })
  if (gone.aborted) return new ApiError(499, 'The caller is gone')
  return new ApiError(408, `The answer was not finished in ${service.limits.computing / 1000} seconds`, {
    code: 'time_limit',
    fix: 'Ask for fewer tokens, or start the server with a greater --time-limit.',
  })
}
