import { type FormEvent, useId, useState } from 'react'
import { go, path, withQuery } from '../address.ts'
import { send } from '../api.ts'
import { Problem } from '../shell/told.tsx'
import { useAction } from '../shell/use-action.ts'
import { MakeDefault } from './make-default.tsx'

interface Props {
  readonly name: string
  readonly address: URL
  /** When it is otherwise on the server. */
  readonly onDone: () => void
}

/** Of what can be open, none. */
const none = { default: null, rename: null, remove: null }

/** Of one vector; what is open is in the address. `standard`: its strength in the default steering. */
export function VectorActions({ name, standard, address, onDone }: Props & { readonly standard: number | null }) {
  const asked = (key: string) => address.searchParams.get(key) === name
  if (asked('rename')) return <Rename name={name} address={address} onDone={onDone} />
  if (asked('default')) return <MakeDefault name={name} standard={standard} address={address} onDone={onDone} />
  if (asked('remove')) return <Remove name={name} address={address} onDone={onDone} />
  const of = <span className="only-read"> {name}</span>
  return (
    <>
      <a href={`/playground?${new URLSearchParams({ vectors: `${name}@1` })}`}>Try{of} in the Playground</a>
      <a href={`/v1${path('vectors', name, 'file')}`} download={`${name}.safetensors`}>
        Download{of}
      </a>
      <a href={`/vectors/new?${new URLSearchParams({ vector: name })}`}>Measure{of}</a>
      <a href={withQuery(address, { ...none, default: name })} data-keep>
        Make{of} the default
      </a>
      <a href={withQuery(address, { ...none, rename: name })} data-keep>
        Rename{of}
      </a>
      <a href={withQuery(address, { ...none, remove: name })} data-keep>
        Remove{of}
      </a>
    </>
  )
}

function Rename({ name, address, onDone }: Props) {
  const id = useId()
  const [to, setTo] = useState(name)
  const { busy, failed, act } = useAction(async () => {
    await send('PATCH', `/v1${path('vectors', name)}`, { name: to })
    go(withQuery(address, { rename: null }), 'replace')
    onDone()
  })
  const rename = (event: FormEvent) => {
    event.preventDefault()
    act()
  }
  return (
    <form className="actions" onSubmit={rename}>
      <label htmlFor={id} className="small">
        New name
      </label>
      <input id={id} type="text" value={to} maxLength={64} onChange={event => setTo(event.target.value)} />
      <button type="submit" disabled={busy}>
        Rename
      </button>
      <a href={withQuery(address, { rename: null })} data-keep>
        Leave it
      </a>
      {failed !== null && <Problem failed={failed} />}
    </form>
  )
}

function Remove({ name, address, onDone }: Props) {
  const { busy, failed, act } = useAction(async () => {
    await send('DELETE', `/v1${path('vectors', name)}`)
    go(withQuery(address, { remove: null }), 'replace')
    onDone()
  })
  return (
    <>
      <p className="small">It is gone for good, unless you have its file.</p>
      <button type="button" disabled={busy} onClick={() => act()}>
        Remove {name}
      </button>
      <a href={withQuery(address, { remove: null })} data-keep>
        Keep it
      </a>
      {failed !== null && <Problem failed={failed} />}
    </>
  )
}
