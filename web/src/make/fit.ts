/** Has the server fit a vector, and tells how far it is. */
import { FitProgress, VectorInfo } from '../../../src/serve/vectors/info.ts'
import { Failed, send, throwIfTold } from '../api.ts'
import { serverEvents } from '../server-events.ts'

export interface ToFit {
  readonly method: string
  readonly layer: number
  readonly positive: readonly string[]
  readonly negative: readonly string[]
}

export interface FitListener {
  readonly signal: AbortSignal
  readonly onProgress: (event: FitProgress) => void
}

/** A name that says that nobody has named it yet. */
export function draftName(): string {
  const [random = 0] = crypto.getRandomValues(new Uint32Array(1))
  return `draft-${random.toString(36).padStart(7, '0')}`
}

export function isDraft(name: string): boolean {
  return /^draft-[0-9a-z]{7}$/.test(name)
}

/** @throws Failed; DOMException `AbortError` when it was cancelled */
export async function fitVector(
  name: string,
  { method, layer, positive, negative }: ToFit,
  { signal, onProgress }: FitListener,
): Promise<VectorInfo> {
  const body = { name, method, layer, positive, negative, stream: true }
  const response = await send('POST', '/v1/fit', body, signal)
  for await (const data of serverEvents(response)) {
    const event: unknown = JSON.parse(data)
    const progress = FitProgress.safeParse(event)
    if (progress.success) onProgress(progress.data)
    throwIfTold(event)
    const vector = VectorInfo.safeParse(event)
    if (vector.success) return vector.data
  }
  throw new Failed('The fit ended without a vector', 'Fit again.')
}
