/** What is asked of the scheduler, and whom it tells. */
import type { Sampling } from '../../sampling/types.ts'
import type { ResolvedSteering } from '../../steering.ts'
import type { Adapter, Generation, Rendered, Steering, Token } from '../../types.ts'
import type { SharedVector } from '../shared-vector.ts'

export interface GenerateRequest {
  readonly rendered: Rendered
  readonly steering: ResolvedSteering | null
  readonly maxTokens: number
  readonly sampling: Sampling
  readonly stop: readonly string[]
  /** Whose log-probabilities as the first of the answer are told; null for none. */
  readonly firstTokens: readonly number[] | null
  /** Index in its call. */
  readonly index: number
  /** Requests of one group are computed together. */
  readonly group: Group
  /** Steering as it was asked for. */
  readonly written: Steering
  /** Set where llama.cpp itself adds the steering, to every token alike; `steering` is null then. */
  readonly shared: SharedVector | null
}

/** What all requests that are computed together have in common. */
export interface Group {
  readonly key: string
  readonly adapters: readonly Adapter[]
}

/** Told what becomes of the requests of one call. */
export interface Listener {
  /** Before a request's prompt is computed. */
  started(index: number): void
  token(index: number, token: Token): void
  /** Once for each request; one that failed has `finish: 'failed'` and its error. */
  done(index: number, generation: Generation): void
}
