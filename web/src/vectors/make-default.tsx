/** What steers requests that name the model `default`. */
import { type FormEvent, useState } from 'react'
import { Standard } from '../../../src/serve/vectors/info.ts'
import { strongest } from '../../../src/steer/strength.ts'
import { go, withQuery } from '../address.ts'
import { get, send } from '../api.ts'
import { NumberBox } from '../playground/number-box.tsx'
import { Problem } from '../shell/told.tsx'
import { useAction } from '../shell/use-action.ts'

const route = '/v1/steering/default'

interface Props {
  readonly name: string
  /** At which it is part of the default already; null where it is none. */
  readonly standard: number | null
  readonly address: URL
  readonly onDone: () => void
}

/** At a strength, beside what else is the default already; or no longer. */
export function MakeDefault({ name, standard, address, onDone }: Props) {
  const [strength, setStrength] = useState(standard ?? 1)
  const leave = withQuery(address, { default: null })
  const { busy, failed, act } = useAction(async (at: number | null) => {
    const { steering } = await get(route, Standard)
    const others = steering.filter(({ vector }) => vector !== name)
    await send('PUT', route, { steering: at === null ? others : [...others, { vector: name, strength: at }] })
    go(leave, 'replace')
    onDone()
  })
  const make = (event: FormEvent) => {
    event.preventDefault()
    act(strength)
  }
  return (
    <form className="actions" onSubmit={make}>
      <p className="small">Requests that name the model “default” are steered by it at strength</p>
      <NumberBox label="Strength" value={strength} min={-strongest} max={strongest} step="any" onChange={setStrength} />
      <button type="submit" disabled={busy}>
        Steer by {name}
      </button>
      {standard !== null && (
        <button type="button" disabled={busy} onClick={() => act(null)}>
          Steer by it no longer
        </button>
      )}
      <a href={leave} data-keep>
        Leave it
      </a>
      {failed !== null && <Problem failed={failed} />}
    </form>
  )
}
