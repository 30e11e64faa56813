/** Something that is done on the server when a reader asks for it. */
import { useState } from 'react'
import { type Failed, failedBy } from '../api.ts'

export interface Action<Given extends readonly unknown[]> {
  readonly busy: boolean
  /** Of the last time. */
  readonly failed: Failed | null
  readonly act: (...given: Given) => void
}

/** One at a time: while it is busy, asking again does nothing. */
export function useAction<Given extends readonly unknown[]>(
  action: (...given: Given) => Promise<unknown>,
): Action<Given> {
  const [busy, setBusy] = useState(false)
  const [failed, setFailed] = useState<Failed | null>(null)
  const act = (...given: Given) => {
    if (busy) return
    setBusy(true)
    setFailed(null)
    action(...given)
      .catch(error => setFailed(failedBy(error)))
      .finally(() => setBusy(false))
  }
  return { busy, failed, act }
}
