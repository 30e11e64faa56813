/** The contract, and agreement with the oracle, on tiny models of one family. */
import { openModel } from '../../../src/engine/open.ts'
import type { FamilyName } from '../../support/families/index.ts'
import { type Agreement, agreement } from '../agreement/index.ts'
import { describeEngine } from '../contract.ts'

/**
 * Of families with GELU: llama.cpp looks it up in a table of half-precision values, where the last bit of an input
 * decides between two neighbours that are 5e-4 of their size apart.
 */
export const lookedUp = 2e-3

export function describeFamily(family: FamilyName, agrees: Agreement = {}): void {
  describeEngine(
    family,
    (file, options) => openModel(file, { cache: 'f32', flashAttention: 'off', threads: 1, ...options }),
    {
      models: { family },
      tolerance: agrees.tolerance,
      agreement: agreement(agrees),
    },
  )
}
