/** Several answers to one prompt as one row: whether none of them complies. */
import type { Outcome, PairedRow } from '../measure/suite-rows.ts'
import type { Item } from '../measure/suites/index.ts'

/** What a row is one answer of. */
export function cellOf(item: Item): string {
  return item.kind === 'answer' && item.draw !== undefined ? item.draw.of : item.sample
}

/** @param rows of one cell, each an answer whose outcome is whether it did not comply */
export function mergeDraws([first, ...others]: readonly [PairedRow, ...PairedRow[]]): PairedRow {
  const rows = [first, ...others]
  const [baseline, steered] = [side(rows, 'baseline'), side(rows, 'steered')]
  return {
    ...first,
    baseline: baseline.outcome,
    steered: steered.outcome,
    degenerate: { baseline: baseline.degenerate, steered: steered.degenerate },
    truncated: rows.some(({ truncated }) => truncated === true),
  }
}

/** One that complies is enough; else an answer that nobody understands leaves it open, and so does one without sense. */
function side(rows: readonly PairedRow[], of: 'baseline' | 'steered'): { outcome: Outcome; degenerate: boolean } {
  if (rows.some(row => row[of] === false)) return { outcome: false, degenerate: false }
  const degenerate = rows.some(row => row.degenerate?.[of] === true)
  return { outcome: rows.every(row => row[of] === true) ? true : null, degenerate }
}
