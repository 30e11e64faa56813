/** A finished run and its plan, for commands that work on kept answers. */
import { existsSync } from 'node:fs'
import { PlimsollError } from '../../errors.ts'
import { openStore, type RunRow, type Store } from '../../store/index.ts'
import { changedRows, finishedPlan } from '../../study/finished.ts'
import type { Plan } from '../../study/plan.ts'
import { defaultStore } from '../terminal/study.ts'

export interface FinishedRun extends AsyncDisposable {
  readonly store: Store
  readonly storeFile: string
  readonly run: RunRow
  readonly plan: Plan
  /** What has to be said of its rows; null for nothing. */
  readonly note: string | null
}

/** The newest finished run of a study; of any where none is named. */
export async function openFinished(study: string | undefined, file = defaultStore): Promise<FinishedRun> {
  // Reading should not leave an empty store behind.
  if (!existsSync(file)) throw noRun(study, file, 'no store')
  const store = await openStore(file)
  try {
    const runs = await store.runs(study)
    const run = runs.find(candidate => candidate.finished !== null)
    if (run === undefined) throw noRun(study, file, runs.length === 0 ? 'no run of it' : 'a run that is not finished')
    const { plan, changed } = await finishedPlan(store, run)
    return {
      store,
      storeFile: file,
      run,
      plan,
      note: changedRows(changed),
      [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    }
  } catch (error) {
    await store[Symbol.asyncDispose]()
    throw error
  }
}

function noRun(study: string | undefined, where: string, found: string): PlimsollError {
  return new PlimsollError(
    'not-found',
    `There is no finished run${study === undefined ? '' : ` of ${study}`} in this store`,
    {
      found,
      where,
      fix: 'Run it: plimsoll run STUDY (a .yaml file or a built-in name).',
    },
  )
}
