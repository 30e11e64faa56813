/** Vectors that studies fitted on this model and left in the store. */
import { type StoredVector, Vectors } from '../../../src/serve/viewer/wire.ts'
import { path } from '../address.ts'
import { apiPath, send, useApi } from '../api.ts'
import { Problem } from '../shell/told.tsx'
import { useAction } from '../shell/use-action.ts'

interface Props {
  readonly served: readonly string[]
  readonly onDone: () => void
}

export function StoredVectors({ served, onDone }: Props) {
  const { data, failed: unread } = useApi(apiPath('/vectors'), Vectors)
  const { busy, failed, act } = useAction(async (name: string) => {
    await send('POST', apiPath('/vectors'), { name })
    onDone()
  })
  if (unread !== null) return <Problem failed={unread} />
  const left = data?.stored.filter(({ name }) => !served.includes(name)) ?? []
  if (left.length === 0) return null
  return (
    <section aria-labelledby="stored-title">
      <h2 id="stored-title">Of studies</h2>
      <p className="text small muted">Fitted on this model, and kept in the store. Served, requests can name them.</p>
      <ul className="stored">
        {left.map(vector => (
          <li key={vector.name} className="small">
            <span>
              <b>{vector.condition}</b> of <a href={studyPath(vector)}>{vector.study}</a>
              {vector.strength !== null && `, measured at ${vector.strength}`}
            </span>
            <button type="button" disabled={busy} onClick={() => act(vector.name)}>
              Serve <span className="only-read">{vector.name}</span>
            </button>
          </li>
        ))}
      </ul>
      {failed !== null && <Problem failed={failed} />}
    </section>
  )
}

function studyPath({ study, condition, run }: StoredVector): string {
  return `${path('studies', study, condition)}?run=${run.slice(0, 12)}`
}
