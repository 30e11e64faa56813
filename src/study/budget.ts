/** The largest form of a study that fits into a stretch of time on this machine. */
import type { Model } from '../engine/types.ts'
import { PlimsollError } from '../errors.ts'
import type { RunOptions } from '../progress.ts'
import type { LoadedStudy } from './config.ts'
import { type Costs, type Estimate, estimateFrom, measureCosts } from './estimate.ts'
import { type Plan, planStudy } from './plan.ts'
import { duration } from './report/format.ts'
import type { Study } from './schema.ts'

/** Of fewer rows nothing can be said, so that a study is not cut below. */
const fewestRows = 16

export interface Budgeted {
  readonly plan: Plan
  readonly time: Estimate
  /** Most rows of any suite that the time allows; null where the whole study fits. */
  readonly rows: number | null
}

/**
 * Caps the rows of every suite, of the select split and of further fits alike, by one number: the largest suites are cut
 * first, and methods, layers, strengths and lengths of answers stay as they are. What a row costs is measured once.
 * @param whole the plan of `loaded`
 * @throws PlimsollError `invalid-input` where not even the smallest form fits
 */
export async function fitToBudget(
  model: Model,
  loaded: LoadedStudy,
  whole: Plan,
  seconds: number,
  options: RunOptions = {},
): Promise<Budgeted> {
  return cutTo(loaded, whole, await measureCosts(model, whole, options), seconds)
}

/** The same where it is known what a row costs. */
export async function cutTo(loaded: LoadedStudy, whole: Plan, costs: Costs, seconds: number): Promise<Budgeted> {
  const time = estimateFrom(costs, whole)
  if (time.seconds <= seconds) return { plan: whole, time, rows: null }
  const at = async (rows: number): Promise<Budgeted> => {
    const plan = await planStudy({ ...loaded, study: capped(loaded.study, rows) })
    return { plan, time: estimateFrom(costs, plan), rows }
  }
  let best = await at(fewestRows)
  if (best.time.seconds > seconds)
    throw new PlimsollError('invalid-input', 'The study does not fit into this time, however few its rows', {
      found: `about ${duration(best.time.seconds)} with ${fewestRows} rows a suite`,
      expected: `at most ${duration(seconds)}`,
      fix: 'Give it more time, or leave out conditions, layers or strengths.',
    })
  let low = fewestRows
  let high = Math.max(low + 1, ...whole.suites.map(({ items }) => items.length))
  // A few per cent are nearer than the estimate is.
  while (high - low > Math.max(1, low / 32)) {
    const middle = Math.round((low + high) / 2)
    const found = await at(middle)
    if (found.time.seconds > seconds) high = middle
    else {
      best = found
      low = middle
    }
  }
  return best
}

function capped(study: Study, rows: number): Study {
  const { fit, select, references, limit } = study
  const least = (own: number | null) => Math.min(own ?? rows, rows)
  return {
    ...study,
    limit: least(limit),
    fit: { ...fit, resampleRows: least(fit.resampleRows) },
    select: { ...select, limit: least(select.limit) },
    references: { ...references, rows: least(references.rows) },
  }
}
