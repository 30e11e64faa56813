/** What stands in place of data that is not there. */
import type { ReactNode } from 'react'
import type { Failed } from '../api.ts'

interface ProblemProps {
  readonly failed: Failed
  /** What can be done about it here. */
  readonly children?: ReactNode
}

export function Problem({ failed, children }: ProblemProps) {
  return (
    <div className="problem" role="alert">
      <p>
        <b>{failed.message}</b>
      </p>
      {failed.fix !== undefined && <p>{failed.fix}</p>}
      {children}
    </div>
  )
}

export function Waiting({ what }: { readonly what: string }) {
  return (
    <p className="muted waiting" role="status">
      Reading {what} …
    </p>
  )
}
