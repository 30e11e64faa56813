/** What studies in a store found of a vector: its specificity record, or the want of one. */
import { existsSync } from 'node:fs'
import type { Verdict } from '../measure/types.ts'
import type { FittedVector } from '../steer/index.ts'
import { openStore, type Store } from '../store/index.ts'
import { fingerprintOf } from './steering.ts'
import { readResult } from './stored-result.ts'

export interface Measured {
  readonly run: string
  readonly study: string
  readonly condition: string
  readonly strength: number
  readonly verdict: Verdict
  readonly sentence: string
}

/** Conditions of finished runs that did to the model exactly what this vector does at their strength; newest run first. */
export async function measuredIn(store: Store, vector: FittedVector): Promise<Measured[]> {
  const finished = (await store.runs()).filter(run => run.finished !== null)
  return finished.flatMap(run =>
    readResult(run.result).conditions.flatMap(({ name, role, strength, vector: named, verdict, sentence }) => {
      if (role !== 'method' || strength === null || named === undefined) return []
      if (!fingerprintOf([{ vector, strength }]).startsWith(named)) return []
      return [{ run: run.hash, study: run.study, condition: name, strength, verdict, sentence }]
    }),
  )
}

/** The same of a store's file. Reading leaves no empty store behind. */
export async function measuredAt(file: string, vector: FittedVector): Promise<Measured[]> {
  if (!existsSync(file)) return []
  await using store = await openStore(file)
  return await measuredIn(store, vector)
}
