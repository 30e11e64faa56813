import { type FormEvent, useId, useState } from 'react'
import { VectorInfo } from '../../../src/serve/vectors/info.ts'
import { path } from '../address.ts'
import { send } from '../api.ts'
import { Problem } from '../shell/told.tsx'
import { useAction } from '../shell/use-action.ts'
import { isDraft } from './fit.ts'

interface Props {
  readonly vector: VectorInfo
  readonly onSaved: (vector: VectorInfo) => void
}

/** A draft gets a name, under which requests know it. */
export function SaveVector({ vector: { name }, onSaved }: Props) {
  const id = useId()
  const [to, setTo] = useState('')
  const { busy, failed, act } = useAction(async () => {
    const response = await send('PATCH', `/v1${path('vectors', name)}`, { name: to })
    onSaved(VectorInfo.parse(await response.json()))
  })
  const save = (event: FormEvent) => {
    event.preventDefault()
    act()
  }
  const download = (
    <a href={`/v1${path('vectors', name, 'file')}`} download={`${name}.safetensors`}>
      Download its file
    </a>
  )
  return (
    <section aria-labelledby="save-title">
      <h2 id="save-title">Save it</h2>
      {isDraft(name) ? (
        <>
          <p className="text small muted">
            Under a name the Playground and requests find it, until the server stops. Its file, downloaded, is yours for
            good.
          </p>
          <form className="actions" onSubmit={save}>
            <label htmlFor={id} className="small">
              Name
            </label>
            <input
              id={id}
              type="text"
              required
              maxLength={64}
              pattern="[A-Za-z0-9][A-Za-z0-9._\-]*"
              title="letters, digits, . _ and -, no spaces"
              placeholder="no spaces"
              value={to}
              onChange={event => setTo(event.target.value)}
            />
            <button type="submit" disabled={busy}>
              Save
            </button>
            {download}
          </form>
          {failed !== null && <Problem failed={failed} />}
        </>
      ) : (
        <p className="actions small">
          <span role="status">
            Saved as <b>{name}</b>.
          </span>{' '}
          <a href="/vectors">All vectors</a> {download}
        </p>
      )}
    </section>
  )
}
