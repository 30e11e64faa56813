import { type PairedRow, scoredRows } from './suite-rows.ts'
import type { CategoryResult } from './types.ts'

/** What became of each category's rows, scored on both sides, in the order in which categories appear. */
export function categoryRates(suite: string, rows: readonly PairedRow[]): CategoryResult[] {
  const groups = Map.groupBy(scoredRows(rows, 'left-out'), row => row.category)
  return [...groups].flatMap(([category, group]) => {
    if (category === undefined) return []
    const rate = (side: 'baseline' | 'steered') => group.filter(row => row[side]).length / group.length
    const lost = group.filter(row => row.baseline && !row.steered).length
    const gained = group.filter(row => !row.baseline && row.steered).length
    return [{ suite, category, n: group.length, baseline: rate('baseline'), steered: rate('steered'), lost, gained }]
  })
}
