import type { RunState } from '../../../src/serve/viewer/wire.ts'
import { apiPath, send } from '../api.ts'
import { Problem } from '../shell/told.tsx'
import { useAction } from '../shell/use-action.ts'

interface Props {
  readonly run: RunState
  /** Whether a page may start another now. */
  readonly free: boolean
  readonly onDone: () => void
}

/** Stop for a run that can be told to, Resume for one that was interrupted. */
export function RunActions({ run, free, onDone }: Props) {
  const { busy, failed, act } = useAction(async (what: 'stop' | 'resume') => {
    await send('POST', apiPath(`/runs/${encodeURIComponent(run.run)}/${what}`), {})
    onDone()
  })
  return (
    <>
      {run.state === 'running' && run.stops && !run.stopping && (
        <button type="button" disabled={busy} onClick={() => act('stop')}>
          Stop <span className="only-read">{run.study}</span>
        </button>
      )}
      {run.stopping && (
        <p className="small" role="status">
          Stopping after this chunk …
        </p>
      )}
      {run.state === 'interrupted' && free && (
        <button type="button" disabled={busy} onClick={() => act('resume')}>
          Resume <span className="only-read">{run.study}</span>
        </button>
      )}
      {run.state === 'interrupted' && !free && <p className="small muted">It can be resumed when no other runs.</p>}
      {failed !== null && <Problem failed={failed} />}
    </>
  )
}

/** Where pages start nothing. */
export function HowToResume({ run }: { readonly run: RunState }) {
  if (run.state !== 'interrupted') return null
  return (
    <p className="small">
      Go on with <code>plimsoll resume {run.run.slice(0, 8)}</code>
    </p>
  )
}
