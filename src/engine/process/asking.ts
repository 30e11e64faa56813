/** What every call of a model needs on the caller's side. */
import { PlimsollError } from '../../errors.ts'
import type { CaptureItem, ModelInfo, Prompt, Request } from '../types.ts'
import type { EngineProcess } from './client.ts'

export interface Asking {
  readonly engine: EngineProcess
  readonly info: ModelInfo
  /** The caller's index of the first request. */
  readonly first: number
}

export function isRequest<Asked extends Request | CaptureItem>(entry: Prompt | Asked): entry is Asked {
  return typeof entry === 'object' && entry !== null && 'prompt' in entry
}

export function complete<T>(results: readonly (T | undefined)[]): T[] {
  return Array.from(results, (result, index) => {
    if (result === undefined) throw new PlimsollError('internal', `The engine gave no result for request ${index}`)
    return result
  })
}
