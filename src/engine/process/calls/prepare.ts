/** What every call does with a request before anything is computed. */
import { PlimsollError } from '../../../errors.ts'
import type { LoadedModel } from '../../llama/model.ts'
import { checkLength, steeringOf, tokenisePrompt } from '../../llama/request.ts'
import type { ResolvedSteering } from '../../steering.ts'
import type { Prompt, Rendered, Steering } from '../../types.ts'
import type { FlightWriter } from '../flight.ts'
import type { Calls } from '../protocol.ts'

/** Says something to the caller while a call runs. */
export type Tell<K extends keyof Calls> = (event: Calls[K]['event']) => void

export interface Prepared {
  readonly rendered: Rendered
  readonly steering: ResolvedSteering | null
}

/**
 * `index` counts within the engine's call; errors name the caller's.
 * @throws PlimsollError `cancelled`, `template-failed`, `prompt-too-long`, and what a steering can be refused for
 */
export function prepare(
  model: LoadedModel,
  flight: FlightWriter,
  request: { readonly prompt: Prompt; readonly steering?: Steering | undefined },
  index: number,
  more: number,
  generates: boolean,
): Prepared {
  if (model.cancelled) throw new PlimsollError('cancelled', 'The call was cancelled')
  flight.started(index)
  try {
    return ofRequest(flight.first + index, () => {
      const rendered = tokenisePrompt(model, request.prompt)
      checkLength(model, flight.first + index, rendered.tokens.length, more)
      return { rendered, steering: steeringOf(model, rendered, request.steering, generates) }
    })
  } finally {
    flight.ended(index)
  }
}

/** What is done for one request: its errors name it. */
export function ofRequest<T>(index: number, compute: () => T): T {
  try {
    return compute()
  } catch (error) {
    throw error instanceof PlimsollError ? naming(error, index) : error
  }
}

/**
 * Computes requests one after the other. `next` is told the index of the one that comes then, so that an error names the
 * one it belongs to, and a crash too.
 */
export function oneByOne(flight: FlightWriter, total: number, compute: (next: (index: number) => void) => void): void {
  let current = 0
  const next = (index: number) => {
    current = index
    flight.only(index, total)
  }
  next(0)
  try {
    compute(next)
  } catch (error) {
    const own = error instanceof PlimsollError && !ofTheCall.has(error.code)
    throw own ? naming(error, flight.first + current) : error
  }
}

/** Codes of errors that are no single request's. */
const ofTheCall: ReadonlySet<string> = new Set(['cancelled', 'out-of-memory', 'internal'])

/** Says which request it was, where the error does not. */
export function naming(error: PlimsollError, index: number): PlimsollError {
  if (error.where !== undefined) return error
  return new PlimsollError(error.code, error.message, { ...error, where: `request ${index}`, cause: error.cause })
}
