/** Which rows a vector points from and to: what this model does with them decides. */
import type { PromptRow } from '../../data/index.ts'
import { resample } from '../../data/index.ts'
import type { FitRows } from '../splits.ts'

/** What the model does with a row; null where it could not be told. */
export type Behaviour = 'complied' | 'refused' | null

export interface ContrastSet {
  readonly positive: readonly PromptRow[]
  readonly negative: readonly PromptRow[]
  /** What was kept on each side and why, in sentences. */
  readonly note: string
}

export interface ContrastRules {
  readonly keep: 'behaviour' | 'all'
  readonly minimum: number
  readonly limit: number
  readonly seed: number
}

interface Side {
  readonly rows: readonly PromptRow[]
  readonly note: string
}

/**
 * Positives are rows the model complied with, negatives those it refused, both from the pool where it gives enough of
 * them; else the wider pool joins, and at last stands in as it is given.
 */
export function contrastSet(
  rows: FitRows,
  behaviour: ReadonlyMap<PromptRow, Behaviour>,
  rules: ContrastRules,
): ContrastSet {
  const joined = { positive: beside(rows.pool, rows.positive), negative: beside(rows.pool, rows.negative) }
  if (rules.keep === 'all') {
    const positive = resample([...joined.positive, ...rows.pool], rules.limit, rules.seed)
    const negative = resample(rows.negative, rules.limit, rules.seed)
    return { positive, negative, note: `All rows as given: ${positive.length} positive, ${negative.length} negative.` }
  }
  const positive = side(rows.pool, joined.positive, 'complied', behaviour, rules)
  const negative = side(rows.pool, joined.negative, 'refused', behaviour, rules)
  return {
    positive: positive.rows,
    negative: negative.rows,
    note: `Positives: ${positive.note} Negatives: ${negative.note}`,
  }
}

/** Rows that the pool does not have already. */
function beside(pool: readonly PromptRow[], wider: readonly PromptRow[]): readonly PromptRow[] {
  const inPool = new Set(pool.map(({ prompt }) => prompt))
  return wider.filter(({ prompt }) => !inPool.has(prompt))
}

function side(
  pool: readonly PromptRow[],
  wider: readonly PromptRow[],
  wanted: 'complied' | 'refused',
  behaviour: ReadonlyMap<PromptRow, Behaviour>,
  { minimum, limit, seed }: ContrastRules,
): Side {
  const own = pool.filter(row => behaviour.get(row) === wanted)
  const draw = (rows: readonly PromptRow[]) => resample(rows, limit, seed)
  const told = `${own.length} of ${pool.length} pool prompts were ${wanted === 'complied' ? 'answered' : 'refused'}`
  if (own.length >= minimum) {
    const unused = wider.length === 0 ? '' : `; the ${wider.length} of the wider pool were not needed`
    return { rows: draw(own), note: `${told}${cut(own.length, limit)}${unused}.` }
  }
  const joining = wider.filter(row => behaviour.get(row) === wanted)
  const joined = [...own, ...joining]
  const lack = pool.length === 0 ? '' : `${told}, fewer than ${minimum}; `
  if (joined.length >= minimum || wider.length === 0)
    return {
      rows: draw(joined),
      note: `${lack}${joining.length} of ${wider.length} of the wider pool joined${cut(joined.length, limit)}.`,
    }
  return {
    rows: draw([...own, ...wider]),
    note: `${lack}the model ${wanted} only ${joining.length} of ${wider.length} of the wider pool, so all of these stand in whatever it does with them.`,
  }
}

function cut(rows: number, limit: number): string {
  return rows > limit ? `; ${limit} drawn` : ''
}
