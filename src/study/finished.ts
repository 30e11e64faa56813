/** The plan of a run that is finished, for those who read its answers again. */
import type { RunRow, Store } from '../store/index.ts'
import { readAsked } from './asked.ts'
import { type Plan, planStudy } from './plan.ts'
import { readPlan } from './stored-result.ts'

export interface FinishedPlan {
  /** With the rows of the data as it is now. Those that say something else than what was asked are left out. */
  readonly plan: Plan
  /** Rows that were asked and are otherwise now, or gone; 0 also where the run kept no record of what it asked. */
  readonly changed: number
}

/** @param folder what relative paths of the study's own data start from */
export async function finishedPlan(store: Store, run: RunRow, folder: string): Promise<FinishedPlan> {
  const plan = await planStudy({ study: readPlan(run.plan), folder })
  const asked = await readAsked(store, run.hash)
  if (asked === null) return { plan, changed: 0 }
  const suites = plan.suites.map(suite => ({
    ...suite,
    items: suite.items.filter(item => asked.has(suite.name, item)),
  }))
  const kept = suites.reduce((sum, { items }) => sum + items.length, 0)
  return { plan: { ...plan, suites }, changed: asked.rows - kept }
}

/** What to say where rows changed; null where none did. */
export function changedRows(changed: number): string | null {
  if (changed === 0) return null
  const rows = changed === 1 ? '1 row was asked that is' : `${changed.toLocaleString('en')} rows were asked that are`
  return `${rows} otherwise in the data now, or gone from it: left out.`
}
