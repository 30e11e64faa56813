import { PlimsollError } from '../errors.ts'

/** Whether an answer shows a property; null where no judge could say. */
export type Outcome = boolean | null

/** One prompt answered by the baseline and under a condition. */
export interface PairedRow {
  readonly baseline: Outcome
  readonly steered: Outcome
  /** Answers without sense. They count as neither having the property nor lacking it, whatever the outcome says. */
  readonly degenerate?: Readonly<{ baseline: boolean; steered: boolean }> | undefined
  /** The steered answer was cut at the token limit. */
  readonly truncated?: boolean | undefined
  /** Of a grid: all rows of a suite have it, or none. A prompt outside every template has a template of its own name. */
  readonly cluster?: Readonly<{ template: string; prompt: string }> | undefined
  /** Rows of one article are one cluster. None of a grid has it. */
  readonly article?: string | undefined
  /** The data's own, where it has one. */
  readonly category?: string | undefined
}

export interface ScoredRow {
  readonly baseline: boolean
  readonly steered: boolean
  readonly cluster?: Readonly<{ template: string; prompt: string }> | undefined
  readonly article?: string | undefined
  readonly category?: string | undefined
}

/** What to do with answers that are unscored or degenerate: leave their rows out, or count them all one way. */
export type Missing = 'left-out' | 'having' | 'lacking'
export const everyMissing: readonly Missing[] = ['left-out', 'having', 'lacking']

/** Outcome of a side, null when its answer is degenerate. */
export function outcome(row: PairedRow, side: 'baseline' | 'steered'): Outcome {
  return row.degenerate?.[side] === true ? null : row[side]
}

export function fill(value: Outcome, missing: Missing): Outcome {
  if (value !== null || missing === 'left-out') return value
  return missing === 'having'
}

/** The rows with both sides known, after the missing ones were dealt with. */
export function scoredRows(rows: readonly PairedRow[], missing: Missing): ScoredRow[] {
  return rows.flatMap(row => {
    const baseline = fill(outcome(row, 'baseline'), missing)
    const steered = fill(outcome(row, 'steered'), missing)
    return baseline === null || steered === null
      ? []
      : [{ baseline, steered, cluster: row.cluster, article: row.article, category: row.category }]
  })
}

/**
 * The same answers with another property: that they make sense at all. The suite of degenerate answers, with a margin
 * of its own, is measured on these rows. Unscored answers make sense; they were merely not understood.
 */
export function intactRows(rows: readonly PairedRow[]): PairedRow[] {
  return rows.map(({ degenerate, cluster, article, truncated }) => ({
    baseline: degenerate?.baseline !== true,
    steered: degenerate?.steered !== true,
    cluster,
    article,
    truncated,
  }))
}

/** @throws PlimsollError `invalid-input` when only some rows are part of a grid */
export function isGrid(rows: readonly PairedRow[]): boolean {
  const clustered = rows.filter(row => row.cluster !== undefined).length
  if (clustered > 0 && clustered < rows.length) {
    throw new PlimsollError('invalid-input', 'A suite mixes rows of a grid with rows that are none', {
      found: `${clustered} of ${rows.length} rows with a cluster`,
      expected: 'all or none',
      fix: 'Give prompts outside every template a template of their own name, such as "none".',
    })
  }
  return clustered > 0
}
