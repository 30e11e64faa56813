/** What is asked of the scheduler, and whom it tells. */
import type { Sampling } from '../../sampling/types.ts'
import type { ResolvedSteering } from '../../steering.ts'
import type { Generation, Rendered, Token } from '../../types.ts'

export interface GenerateRequest {
  readonly rendered: Rendered
  readonly steering: ResolvedSteering | null
  readonly maxTokens: number
  readonly sampling: Sampling
  readonly stop: readonly string[]
  /** Index in its call. */
  readonly index: number
  /** Requests of one group are computed together: those with the same adapters. */
  readonly group: string
}

/** Told what becomes of the requests of one call. */
export interface Listener {
  /** Before a request's prompt is computed. */
  started(index: number): void
  token(index: number, token: Token): void
  /** Once for each request; one that failed has `finish: 'failed'` and its error. */
  done(index: number, generation: Generation): void
}
