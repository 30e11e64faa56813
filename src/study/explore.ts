/** Exploratory measurements on the select split: they draw curves, and no verdict. */
import type { Steering } from '../engine/types.ts'
import { gridRate, wilson } from '../measure/statistics/index.ts'
import type { Suite } from '../measure/suites/index.ts'
import { outcomeOf } from './outcome.ts'
import type { Plan } from './plan.ts'
import type { ExploredRate } from './result.ts'
import type { Judged, Work } from './work.ts'

export interface Exploring {
  readonly condition: string
  readonly steering: Steering
  readonly onRows: (rows: number) => void
}

/** General ability and robustness at one strength. */
export async function exploreAt(
  work: Work,
  { study, explored }: Pick<Plan, 'study' | 'explored'>,
  { condition, steering, onRows }: Exploring,
): Promise<Record<'general' | 'robustness', ExploredRate>> {
  const rates = { general: unmeasured, robustness: unmeasured }
  for (const suite of explored) {
    const { name, axis, items } = suite
    if (axis !== 'general' && axis !== 'robustness') continue
    const { system, slots, chunk } = study
    const { maxTokens } = study.select
    const job = { stage: 'select', condition, suite: name, items, maxTokens, chunk } as const
    rates[axis] = exploredRate(suite, await work.all({ ...job, setting: { steering, system, slots } }, onRows))
  }
  return rates
}

/** Of an axis on which nothing could be scored. */
export const unmeasured: ExploredRate = { rate: null, n: 0, ci: null }

/** The share of a suite's rows that have its property, of those that could be scored. */
export function exploredRate(suite: Suite, records: readonly Judged[]): ExploredRate {
  const scored = suite.items.flatMap((item, i) => {
    const record = records[i]
    const outcome = record === undefined ? null : outcomeOf(suite, item, record)
    const { template = item.sample, prompt = item.sample } = item.clusters
    return outcome === null ? [] : [{ value: Number(outcome), template, prompt }]
  })
  if (scored.length === 0) return unmeasured
  const n = scored.length
  const rate = scored.reduce((sum, { value }) => sum + value, 0) / n
  const isGrid =
    suite.grid && (['template', 'prompt'] as const).every(by => new Set(scored.map(one => one[by])).size > 1)
  const ci = isGrid ? gridRate(scored) : wilson(rate, n)
  return { rate, n, ci, ...(suite.chance !== null && { chance: suite.chance }) }
}
