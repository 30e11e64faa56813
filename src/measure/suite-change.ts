import {
  type GridChange,
  gridChange,
  gridRate,
  type Interval,
  mcnemar,
  moreRowsNeeded,
  moreUnitsNeeded,
  tangoAbove,
  tangoInterval,
  tQuantile,
  wilson,
} from './statistics/index.ts'
import type { ScoredRow } from './suite-rows.ts'

/** How a rate changed between two conditions on the same prompts. */
export interface RateChange {
  readonly n: number
  readonly baseline: number
  readonly steered: number
  readonly baselineInterval: Interval
  readonly steeredInterval: Interval
  readonly gained: number
  readonly lost: number
  readonly change: number
  readonly ci: Interval
  readonly interval: string
  /** Two-sided, against no change. */
  readonly p: number
  readonly clusters: Readonly<Record<string, number>> | null
  /** One-sided p-value against "the true change is `line` or below". */
  above(line: number): number
  /** About how many more prompts would put the interval on one side of `line`; null when no realistic number would. */
  more(line: number): number | null
}

/**
 * Rows are independent unless they are cells of a grid with two templates or more, or share articles. Null where nothing
 * can be computed: no rows, a grid of a single prompt, or several rows of a single article.
 */
export function rateChange(rows: readonly ScoredRow[]): RateChange | null {
  const n = rows.length
  const templates = new Set(rows.map(row => row.cluster?.template)).size
  const prompts = new Set(rows.map(row => row.cluster?.prompt)).size
  const grid = rows[0]?.cluster !== undefined
  if (n === 0 || (grid && prompts < 2)) return null
  const has = (side: 'baseline' | 'steered') => rows.filter(row => row[side]).length
  const counts = {
    gained: rows.filter(row => row.steered && !row.baseline).length,
    lost: rows.filter(row => row.baseline && !row.steered).length,
    n,
  }
  const articles = new Set(rows.map((row, i) => row.article ?? i)).size
  const isShared = !grid && articles < n
  if (isShared && articles < 2) return null
  const shared = {
    ...counts,
    baseline: has('baseline') / n,
    steered: has('steered') / n,
    change: (counts.gained - counts.lost) / n,
    clusters: grid ? { templates, prompts } : isShared ? { articles } : null,
  }
  if (!isShared && (!grid || templates < 2)) {
    return {
      ...shared,
      baselineInterval: wilson(shared.baseline, n),
      steeredInterval: wilson(shared.steered, n),
      ci: tangoInterval(counts),
      interval: 'tango',
      p: mcnemar(counts.gained, counts.lost),
      above: line => tangoAbove(counts, line),
      more: line => moreRowsNeeded(counts, line),
    }
  }
  const cells = (value: (row: ScoredRow) => number) =>
    rows.map((row, i) => ({
      value: value(row),
      // Rows that are clustered one way are each of a template of their own: what varies between those cancels out.
      template: row.cluster?.template ?? String(i),
      prompt: row.cluster?.prompt ?? row.article ?? String(i),
    }))
  const found = gridChange(cells(row => Number(row.steered) - Number(row.baseline)))
  return {
    ...shared,
    baselineInterval: gridRate(cells(row => Number(row.baseline))),
    steeredInterval: gridRate(cells(row => Number(row.steered))),
    ci: found.interval,
    interval: isShared ? oneWay[found.method] : found.method,
    p: found.p,
    above: found.above,
    more: line => morePrompts(found, counts, line),
  }
}

const oneWay: Readonly<Record<GridChange['method'], string>> = {
  'two-way clusters': 'clusters of articles',
  'tango on prompts': 'tango on articles',
  'two-way clusters, tango on prompts': 'clusters of articles, tango on articles',
}

/** More prompts narrow what varies between prompts; what varies between templates stays. */
function morePrompts(found: GridChange, counts: { gained: number; lost: number; n: number }, line: number) {
  const { prompts, n, parts, variance, df } = found.clusters
  const share = prompts / n
  const byPrompts = () => moreRowsNeeded({ gained: counts.gained * share, lost: counts.lost * share, n: prompts }, line)
  const byClusters = () => {
    const fixed = Math.min(variance, Math.max(0, parts.template - parts.cell))
    const distance = Math.abs(found.change - line)
    return moreUnitsNeeded(prompts, { variance: variance - fixed, fixed, distance, quantile: tQuantile(0.975, df) })
  }
  switch (found.method) {
    case 'tango on prompts':
      return byPrompts()
    case 'two-way clusters':
      return byClusters()
    case 'two-way clusters, tango on prompts': {
      const [one, other] = [byPrompts(), byClusters()]
      return one === null || other === null ? null : Math.max(one, other)
    }
  }
}
