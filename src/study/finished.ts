/** The plan of a run that is finished, for those who read its answers again. */
import type { Suite } from '../measure/suites/index.ts'
import type { RunRow, Store } from '../store/index.ts'
import { readAsked } from './asked.ts'
import { planConditions } from './conditions.ts'
import { folderOf } from './folder.ts'
import { type Plan, planStudy } from './plan.ts'
import { Loader } from './rows.ts'
import { readPlan } from './stored-result.ts'
import { loadSuites } from './suites.ts'

export interface FinishedPlan {
  /** With the rows of the data as it is now. Those that say something else than what was asked are left out. */
  readonly plan: Plan
  /** Rows that were asked and are otherwise now, or gone; 0 also where the run kept no record of what it asked. */
  readonly changed: number
}

/** @param given what relative paths of the study's own data start from; default: where the study lay */
export async function finishedPlan(store: Store, run: RunRow, given?: string | undefined): Promise<FinishedPlan> {
  const folder = await folderOf(store, run.hash, given)
  const plan = await planStudy({ study: readPlan(run.plan), folder })
  const { suites, changed } = await asAsked(store, run, plan.suites)
  return { plan: { ...plan, suites }, changed }
}

/** What a run asks of its conditions, without the rest of its plan: neither its methods nor its other splits are read. */
export async function askedSuites(
  store: Store,
  run: RunRow,
  given?: string | undefined,
): Promise<Pick<Plan, 'suites' | 'conditions'> & Pick<FinishedPlan, 'changed'>> {
  const study = readPlan(run.plan)
  const folder = await folderOf(store, run.hash, given)
  const suites = await loadSuites(study, new Loader({ folder, dataDir: undefined }))
  return { ...(await asAsked(store, run, suites)), conditions: planConditions(study) }
}

async function asAsked(store: Store, run: RunRow, suites: readonly Suite[]) {
  const asked = await readAsked(store, run.hash)
  if (asked === null) return { suites, changed: 0 }
  const kept = suites.map(suite => ({ ...suite, items: suite.items.filter(item => asked.has(suite.name, item)) }))
  return { suites: kept, changed: asked.rows - kept.reduce((sum, { items }) => sum + items.length, 0) }
}

/** What to say where rows changed; null where none did. */
export function changedRows(changed: number): string | null {
  if (changed === 0) return null
  const rows = changed === 1 ? '1 row was asked that is' : `${changed.toLocaleString('en')} rows were asked that are`
  return `${rows} otherwise in the data now, or gone from it: left out.`
}
