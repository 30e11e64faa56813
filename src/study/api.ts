/** A study as a call: what a study file says, with a model that is open and vectors that are at hand. */
import type { Model } from '../engine/types.ts'
import type { RunOptions } from '../progress.ts'
import type { FittedVector } from '../steer/index.ts'
import { openStore, type Store } from '../store/index.ts'
import { planStudy } from './plan.ts'
import type { StudyResult } from './result.ts'
import { runStudy } from './run.ts'
import type { Condition, StudyFile } from './schema.ts'
import { fingerprintOf } from './steering.ts'

/** A vector in place of the path of one. */
export interface VectorAtHand {
  readonly name: string
  readonly vector: FittedVector
  /** Default 1. */
  readonly strength?: number | undefined
}

export interface StudySpec extends Omit<StudyFile, 'model' | 'conditions'> {
  readonly model: Model
  /** Default: those of the study. */
  readonly conditions?: readonly (Condition | VectorAtHand)[] | undefined
  /** An open store, or the path of one, to resume from; by default nothing is kept. */
  readonly store?: Store | string | undefined
  /** Where published data sets are. Default: `PLIMSOLL_DATA`, else a folder of the user's cache. */
  readonly dataDir?: string | undefined
}

/**
 * Plans and runs a study.
 * @throws PlimsollError `invalid-input`, `not-found`, `data-invalid`, `cancelled`, `store-invalid`
 */
export async function study(spec: StudySpec, options: RunOptions = {}): Promise<StudyResult> {
  const { model, conditions, store, dataDir, ...file } = spec
  const vectors = new Map<string, FittedVector>()
  const named = conditions?.map((condition): Condition => {
    if (!isAtHand(condition)) return condition
    const { name, vector, strength = 1 } = condition
    // The run is named by what the vector does, not by what it is called.
    const key = `memory:${fingerprintOf([{ vector }]).slice(0, 16)}`
    vectors.set(key, vector)
    return { name, vector: key, strength }
  })
  const plan = await planStudy(
    { ...file, model: model.info.name, ...(named !== undefined && { conditions: named }) },
    { dataDir },
  )
  if (typeof store === 'object') return (await runStudy(plan, { ...options, model, store, vectors })).result
  await using opened = await openStore(store ?? ':memory:')
  return (await runStudy(plan, { ...options, model, store: opened, vectors })).result
}

function isAtHand(condition: Condition | VectorAtHand): condition is VectorAtHand {
  return 'vector' in condition && typeof condition.vector === 'object'
}
