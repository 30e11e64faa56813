/** The rows of a list that are looked at, fetched a page at a time. */
import { useCallback, useEffect, useRef, useState } from 'react'
import { SamplePage, type SampleRow } from '../../../src/serve/viewer/wire.ts'
import { type Failed, failedBy, get } from '../api.ts'

const size = 100

export interface Rows {
  readonly n: number
  /** Why some rows could not be fetched; they are not asked for again by themselves. */
  readonly failed: Failed | null
  retry(): void
  /** Undefined while it is not there yet. */
  at(index: number): SampleRow | undefined
  /** Has the rows from one index up to another fetched. */
  want(from: number, to: number): void
  /** Of those that are there; −1 for none. */
  find(row: { readonly suite: string; readonly sample: string } | null): number
}

/**
 * @param address of the list, without its page
 * @param version of what is listed: rows of an earlier one stay until the new are there
 */
export function useRows(address: string, n: number, version: number): Rows {
  const [pages, setPages] = useState<ReadonlyMap<number, readonly SampleRow[]>>(new Map())
  const [failed, setFailed] = useState<Failed | null>(null)
  const asked = useRef(new Set<number>())
  const list = useRef(address)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another version is another list
  useEffect(() => {
    asked.current = new Set()
    setFailed(null)
    if (list.current !== address) setPages(new Map())
    list.current = address
  }, [address, version])
  const fetchPage = useCallback(
    async (page: number) => {
      asked.current.add(page)
      const mine = asked.current
      try {
        const found = await get(`${address}&offset=${page * size}&limit=${size}`, SamplePage)
        if (mine === asked.current) setPages(before => new Map(before).set(page, found.rows))
      } catch (error) {
        if (mine === asked.current) setFailed(failedBy(error))
      }
    },
    [address],
  )
  const want = useCallback(
    (from: number, to: number) => {
      for (let page = Math.floor(from / size); page * size < to; page++)
        if (!asked.current.has(page)) void fetchPage(page)
    },
    [fetchPage],
  )
  const at = (index: number) => pages.get(Math.floor(index / size))?.[index % size]
  return {
    n,
    failed,
    retry() {
      asked.current = new Set()
      setFailed(null)
    },
    at,
    want,
    find(row) {
      if (row === null) return -1
      for (const [page, rows] of pages) {
        const found = rows.findIndex(({ suite, sample }) => suite === row.suite && sample === row.sample)
        if (found !== -1) return page * size + found
      }
      return -1
    },
  }
}
