/** Rows to make the refusal direction of, and others to pick it on. */
import { type PromptRow, resample } from '../../data/index.ts'
import type { Study } from '../schema.ts'
import type { FitRows, SelectRows } from '../splits.ts'

/** Rows a side at most, as the source has them. */
const [FIT, SELECT] = [128, 32]

export interface RefusalRows {
  readonly fit: { readonly harmful: readonly PromptRow[]; readonly harmless: readonly PromptRow[] }
  readonly select: { readonly harmful: readonly PromptRow[]; readonly harmless: readonly PromptRow[] }
}

/**
 * Harmful rows that the model refuses, and harmless ones that it does not, as the source filters them; a side with fewer
 * than `study.fit.minimum` of these (a quarter of it, to pick on) is taken as it is given. Harmful rows to pick on are the
 * select split's; no split has harmless ones, so one of five is held out.
 * @param odds log-odds of refusal
 */
export function refusalRows(
  { fit, seed }: Pick<Study, 'fit' | 'seed'>,
  rows: FitRows,
  select: SelectRows,
  odds: ReadonlyMap<PromptRow, number>,
): RefusalRows {
  const { minimum } = fit
  const refused = (row: PromptRow) => (odds.get(row) ?? 0) > 0
  const answered = (row: PromptRow) => (odds.get(row) ?? 0) < 0
  const kept = (all: readonly PromptRow[], is: (row: PromptRow) => boolean, fewest: number) => {
    const some = all.filter(is)
    return some.length >= fewest ? some : all
  }
  const harmless = resample(kept(rows.positive, answered, minimum), Number.POSITIVE_INFINITY, seed)
  const held = Math.min(SELECT, Math.floor((harmless.length * SELECT) / (FIT + SELECT)))
  return {
    fit: {
      harmful: resample(kept(rows.negative, refused, minimum), FIT, seed),
      harmless: harmless.slice(held, held + FIT),
    },
    select: {
      harmful: resample(kept(select.control, refused, minimum / 4), SELECT, seed),
      harmless: harmless.slice(0, held),
    },
  }
}
