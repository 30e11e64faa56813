/** How much a method's changes differ from fit to fit, as text. */
import type { ConditionResult, FitsOfSuite } from '../result.ts'
import { count, points } from './format.ts'
import type { Table } from './table.ts'

/** A row a suite; null for a condition that was fitted once. */
export function fitsTable({ name, fits }: Pick<ConditionResult, 'name' | 'fits'>): Table | null {
  if (fits === undefined) return null
  return {
    title: `${fits.n} more fits of ${name}`,
    heads: ['axis', 'suite', 'rows', 'mean', '95 %', 'sd', 'least', 'greatest'],
    right: [false, false, true, true, true, true, true, true],
    rows: fits.suites.map(one => [
      one.axis ?? 'outside the verdict',
      one.suite,
      count(one.rows),
      points(one.mean),
      `[${one.ci.map(bound => points(bound)).join(', ')}]`,
      (100 * one.sd).toFixed(1),
      points(Math.min(...one.changes)),
      points(Math.max(...one.changes)),
    ]),
  }
}

/** What the table is, and what it is not. */
export const fitsNote =
  'Each on the contrast set drawn anew with replacement, at the same layer and strength, on the same prompts: changes in points (per cent for perplexity), negative is worse. The interval is of the mean over fits, by t; it says how far the choice of rows to fit on matters, and nothing about other prompts. Nothing here is part of the verdict, which is about one vector.'

/** `Over 10 more fits: xstest/safe +20 to +31, …`: the deciding suites alone. */
export function fitsSentence({ name, fits }: Pick<ConditionResult, 'name' | 'fits'>): string | null {
  if (fits === undefined) return null
  const told = fits.suites.filter(({ axis }) => axis !== null).map(range)
  return `${fits.n} more fits of ${name}, each on rows drawn anew, change ${told.join('; ')}.`
}

function range({ suite, changes }: FitsOfSuite): string {
  return `${suite} by ${points(Math.min(...changes))} to ${points(Math.max(...changes))}`
}
