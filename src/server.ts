/**
 * The OpenAI-compatible server, inside of a program of one's own.
 * @packageDocumentation
 */
import type { Model } from './engine/types.ts'
import { type RunningServer, type ServeOptions, startServer as start } from './serve/index.ts'

export type { ServeOptions } from './serve/index.ts'

export type Server = Pick<RunningServer, 'url' | 'viewer' | 'stop'> & AsyncDisposable

/**
 * Listens at once, on this machine only unless told otherwise. The model stays the caller's, and stays open when the
 * server stops.
 * @param model opened with `batching: 'together'`, or answers are computed one after the other
 * @throws PlimsollError `usage` for an address that others can reach without a key, or that is taken; `vector-mismatch`
 */
export function startServer(model: Model, options: ServeOptions = {}): Promise<Server> {
  return start(model, options)
}
