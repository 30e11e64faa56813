/** What stands in place of data that is not there. */
import type { Failed } from '../api.ts'

export function Problem({ failed }: { readonly failed: Failed }) {
  return (
    <div className="problem" role="alert">
      <p>
        <b>{failed.message}</b>
      </p>
      {failed.fix !== undefined && <p>{failed.fix}</p>}
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
