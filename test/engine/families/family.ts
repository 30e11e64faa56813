/** The contract, and agreement with the oracle, on tiny models of one family. */
import { openModel } from '../../../src/engine/open.ts'
import type { FamilyName } from '../../support/families/index.ts'
import { type Agreement, agreement } from '../agreement/index.ts'
import { describeEngine } from '../contract.ts'

export function describeFamily(family: FamilyName, agrees: Agreement = {}): void {
  describeEngine(
    family,
    (file, options) => openModel(file, { cache: 'f32', flashAttention: 'off', threads: 1, ...options }),
    {
      models: { family },
      agreement: agreement(agrees),
    },
  )
}
