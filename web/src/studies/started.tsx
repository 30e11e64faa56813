import type { StartedStudy } from '../../../src/serve/viewer/wire.ts'
import { apiPath, send } from '../api.ts'
import { Problem } from '../shell/told.tsx'
import { useAction } from '../shell/use-action.ts'

interface Props {
  readonly started: StartedStudy
  readonly onDone: () => void
}

/** What was started last, until its run is in the list; and why it failed. */
export function Started({ started, onDone }: Props) {
  const { study, run, state, says, failure } = started
  const { busy, failed, act } = useAction(async () => {
    await send('POST', apiPath('/runs/stop'), {})
    onDone()
  })
  if (state === 'failed' && failure !== null) {
    const { message, found, expected, fix } = failure
    return (
      <div className="problem" role="alert">
        <p>
          <b>
            {study} failed: {message}
          </b>
        </p>
        {found !== undefined && <p>Found: {found}</p>}
        {expected !== undefined && <p>Expected: {expected}</p>}
        {fix !== undefined && <p>{fix}</p>}
      </div>
    )
  }
  if (run === null && state === 'stopped')
    return <p className="small starting">{study} was stopped before it had begun.</p>
  if (run !== null || (state !== 'running' && state !== 'stopping')) return null
  return (
    <div className="starting">
      <p className="small" role="status">
        <b>{study}</b> is {state === 'stopping' ? 'stopping' : 'starting'} …
      </p>
      {says !== null && <p className="small muted">{says}</p>}
      {state === 'running' && (
        <button type="button" disabled={busy} onClick={() => act()}>
          Stop <span className="only-read">{study}</span>
        </button>
      )}
      {failed !== null && <Problem failed={failed} />}
    </div>
  )
}
