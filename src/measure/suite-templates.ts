import { type PairedRow, scoredRows } from './suite-rows.ts'
import type { TemplateResult } from './types.ts'

/** Rates of each template of a grid, over the rows scored on both sides, in the order in which templates appear. */
export function templateRates(suite: string, rows: readonly PairedRow[]): TemplateResult[] {
  const groups = Map.groupBy(scoredRows(rows, 'left-out'), row => row.cluster?.template)
  return [...groups].flatMap(([template, group]) => {
    if (template === undefined) return []
    const rate = (side: 'baseline' | 'steered') => group.filter(row => row[side]).length / group.length
    return [{ suite, template, n: group.length, baseline: rate('baseline'), steered: rate('steered') }]
  })
}
