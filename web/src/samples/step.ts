import type { Open } from './open.ts'

/** A list of which some rows are fetched. */
interface List {
  readonly n: number
  /** Undefined for a row that is not. */
  at(index: number): unknown
  /** −1 for one that is not. */
  find(open: Open | null): number
}

/** The row that is so many on from the open answer; the first where none is open. @param rows at least one */
export function stepped(rows: List, open: Open | null, by: number): number {
  const found = rows.find(open)
  if (found !== -1) return within(rows.n, found + by)
  const row = open?.row ?? null
  if (row === null) return 0
  // Another answer has come to stand there: the open one left the list, as a label makes it do where labels are filtered.
  const left = rows.at(row) !== undefined
  return within(rows.n, left && by > 0 ? row + by - 1 : row + by)
}

function within(n: number, row: number): number {
  return Math.min(n - 1, Math.max(0, row))
}
