/** From one answer of the list to the next. */
import { useEffect, useRef } from 'react'
import { go, withQuery } from '../address.ts'
import { type Open, opened } from './open.ts'
import { stepped } from './step.ts'
import type { Rows } from './use-rows.ts'

/** @returns goes so many answers on; what is not fetched yet is gone to when it is there */
export function useSteps(rows: Rows, open: Open | null, address: URL): (by: number) => void {
  const goal = useRef<number | null>(null)
  const show = (index: number) => {
    const row = rows.at(index)
    goal.current = row === undefined ? index : null
    if (row === undefined) rows.want(index, index + 1)
    else go(withQuery(address, opened(row, index)), open === null ? 'push' : 'replace')
  }
  useEffect(() => {
    if (goal.current === null) return
    // The list became another.
    if (goal.current >= rows.n) goal.current = null
    else if (rows.at(goal.current) !== undefined) show(goal.current)
  })
  return by => {
    if (rows.n > 0) show(stepped(rows, open, by))
  }
}
