import type { Vectors } from '../../../src/serve/viewer/wire.ts'
import type { Entry } from './setup.ts'

/**
 * A stack without the vectors that neither the server has nor the store gives: these steer nothing, and a request that
 * names one is refused. Before it is known which there are, none is missing.
 */
export function withoutMissing(
  stack: readonly Entry[],
  { vectors, taking }: { readonly vectors: Pick<Vectors, 'served'> | null; readonly taking: ReadonlySet<string> },
): readonly Entry[] {
  if (vectors === null) return stack
  const served = new Set(vectors.served.map(({ name }) => name))
  return stack.filter(({ name }) => served.has(name) || taking.has(name))
}
