/**
 * A dose ladder: the templates of a grid in the order of how often the baseline keeps the property inside them, from the
 * mildest to the strongest, and what became of each rung.
 *
 * Ordered by the very answers that are then compared, a template that came out high by chance would seem to lose by
 * itself. So the prompts are halved, and the rows of one half stand on the rung that the other half's rows give their
 * template.
 */
import { rateChange } from './suite-change.ts'
import { type PairedRow, type ScoredRow, scoredRows } from './suite-rows.ts'
import type { DoseResult } from './types.ts'

const rungs = 5
/** Templates on a rung, at least: one alone is that template. */
const perRung = 2

type Cluster = NonNullable<PairedRow['cluster']>

/** The rung of a cell, 0 being where the baseline has the property most often; null where it has none. */
export interface Ladder {
  readonly rungs: number
  readonly rungOf: (cluster: Cluster) => number | null
}

/**
 * The ladder of a grid, from all that the baseline answered.
 * @returns null where there are fewer than four templates, or a single prompt
 */
export function ladderOf(baseline: readonly PairedRow[]): Ladder | null {
  const rows = scoredRows(baseline, 'left-out').flatMap(row =>
    row.cluster === undefined ? [] : [{ ...row, ...row.cluster }],
  )
  const prompts = new Map([...new Set(rows.map(row => row.prompt))].map((prompt, i) => [prompt, i % 2]))
  const templates = new Set(rows.map(row => row.template))
  const count = Math.min(rungs, Math.floor(templates.size / perRung))
  if (count < 2 || prompts.size < 2) return null
  // Rows of half 0 are placed by those of half 1, and the other way round.
  const placed = [1, 0].map(other => {
    const rates = [
      ...Map.groupBy(
        rows.filter(row => prompts.get(row.prompt) === other),
        row => row.template,
      ),
    ]
      .map(([template, own]) => ({ template, rate: own.filter(row => row.baseline).length / own.length }))
      .sort((a, b) => b.rate - a.rate)
    return new Map(rates.map(({ template }, i) => [template, Math.floor((i * count) / rates.length)]))
  })
  return {
    rungs: count,
    rungOf: ({ template, prompt }) => placed[prompts.get(prompt) ?? -1]?.get(template) ?? null,
  }
}

/** What became of the rows of each rung, scored on both sides. */
export function doseRates(suite: string, rows: readonly PairedRow[], ladder: Ladder): DoseResult[] {
  const groups = Map.groupBy(scoredRows(rows, 'left-out'), ({ cluster }) =>
    cluster === undefined ? null : ladder.rungOf(cluster),
  )
  return Array.from({ length: ladder.rungs }, (_, rung) => doseOf(suite, rung + 1, groups.get(rung) ?? [])).filter(
    ({ n }) => n > 0,
  )
}

function doseOf(suite: string, dose: number, rows: readonly ScoredRow[]): DoseResult {
  const n = rows.length
  const rate = (side: 'baseline' | 'steered') => (n === 0 ? 0 : rows.filter(row => row[side]).length / n)
  return {
    suite,
    dose,
    templates: new Set(rows.map(row => row.cluster?.template)).size,
    n,
    baseline: rate('baseline'),
    steered: rate('steered'),
    lost: rows.filter(row => row.baseline && !row.steered).length,
    gained: rows.filter(row => !row.baseline && row.steered).length,
    ci: rateChange(rows)?.ci ?? null,
  }
}
