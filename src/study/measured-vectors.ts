/** What studies in a store found of a vector: its specificity record, or the want of one. */
import { existsSync } from 'node:fs'
import type { Verdict } from '../measure/types.ts'
import type { FittedVector } from '../steer/index.ts'
import { openStore, type Store } from '../store/index.ts'
import { isResult } from './is-result.ts'
import { exploredStrengths, type KnownStrength, knownOf } from './known-strengths.ts'
import type { ConditionResult, StudyResult } from './result.ts'
import { fingerprintOf } from './steering.ts'
import { sweepsOf } from './sweep/known.ts'

export interface Measured {
  readonly run: string
  readonly study: string
  readonly condition: string
  readonly strength: number
  readonly verdict: Verdict
  readonly sentence: string
}

/**
 * For each of these vectors, the conditions of finished runs that did to the model exactly what it does at their strength;
 * newest run first.
 */
export async function measuredIn(store: Store, vectors: readonly FittedVector[]): Promise<Measured[][]> {
  const results = await resultsIn(store)
  return vectors.map(vector =>
    results.flatMap(result =>
      conditionsOf(result, vector).flatMap(({ name, strength, verdict, sentence }) =>
        strength === null
          ? []
          : [{ run: result.run, study: result.study, condition: name, strength, verdict, sentence }],
      ),
    ),
  )
}

/** All that finished runs, then sweeps, know of each of these vectors at every strength they looked at; the newest first. */
export async function knownIn(store: Store, vectors: readonly FittedVector[]): Promise<KnownStrength[][]> {
  const results = await resultsIn(store)
  return Promise.all(
    vectors.map(async vector => [
      ...results.flatMap(result => conditionsOf(result, vector).flatMap(({ name }) => knownOf(result, name))),
      ...(await sweepsOf(store, vector))
        .toReversed()
        .flatMap(({ study, margin, points }) =>
          exploredStrengths({ run: null, study, condition: 'sweep' }, points, margin),
        ),
    ]),
  )
}

/** A result of another version says nothing here, and stops nobody. */
async function resultsIn(store: Store): Promise<StudyResult[]> {
  return (await store.runs()).flatMap(({ result }) => (isResult(result) ? [result] : []))
}

function conditionsOf({ conditions }: StudyResult, vector: FittedVector): ConditionResult[] {
  return conditions.filter(
    ({ role, strength, vector: named }) =>
      role === 'method' &&
      strength !== null &&
      named !== undefined &&
      fingerprintOf([{ vector, strength }]).startsWith(named),
  )
}

/** When a run of a store's file last finished; null where none did. */
export async function lastFinishedAt(file: string): Promise<string | null> {
  if (!existsSync(file)) return null
  await using store = await openStore(file)
  return await store.lastFinished()
}

/** What a store's file holds of these vectors. Reading leaves no empty store behind. */
export async function measuredAt(file: string, vectors: readonly FittedVector[]): Promise<Measured[][]> {
  if (!existsSync(file)) return vectors.map(() => [])
  await using store = await openStore(file)
  return await measuredIn(store, vectors)
}
