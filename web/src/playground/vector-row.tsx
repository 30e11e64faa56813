/** One vector of the stack: on or off, how strong, and what is known of it there. */

import { useId } from 'react'
import type { ServedVector } from '../../../src/serve/viewer/wire.ts'
import { strongest } from '../../../src/steer/strength.ts'
import { knownCaption } from '../../../src/study/report/known-caption.ts'
import { KnownTable } from './known-table.tsx'
import { Lanes } from './lanes.tsx'
import { NumberBox } from './number-box.tsx'
import type { Entry } from './setup.ts'
import { useReach } from './use-reach.ts'

interface Props {
  readonly entry: Entry
  readonly vector: ServedVector
  readonly onChange: (entry: Entry) => void
  readonly onRemove: () => void
}

const step = 0.1

export function VectorRow({ entry, vector, onChange, onRemove }: Props) {
  const caption = useId()
  const { name, strength, on } = entry
  const { known, method } = vector
  const [from, to] = useReach(known, strength)
  const moveTo = (value: number) => onChange({ ...entry, strength: value })
  return (
    <li className={on ? 'vector' : 'vector is-off'}>
      <div className="vector-head">
        <label className="on-off">
          <input type="checkbox" checked={on} onChange={event => onChange({ ...entry, on: event.target.checked })} />
          <b>{name}</b>
        </label>
        <span className="small muted">{method}</span>
        <NumberBox
          label={`Strength of ${name}`}
          value={strength}
          min={-strongest}
          max={strongest}
          step={step}
          onChange={moveTo}
        />
        <button type="button" onClick={onRemove} aria-label={`Remove ${name}`}>
          Remove
        </button>
      </div>
      <div className="slider">
        <span className="small muted" aria-hidden="true">
          strength
        </span>
        <input
          type="range"
          aria-label={`Strength of ${name}, slider`}
          aria-describedby={caption}
          min={from}
          max={to}
          step={step}
          value={strength}
          onChange={event => moveTo(Number(event.target.value))}
        />
      </div>
      <Lanes known={known} reach={[from, to]} />
      <p className="caption" id={caption}>
        {knownCaption(known, strength)}
      </p>
      {known.length === 0 && (
        <p className="small">
          <a href={`/vectors/new?${new URLSearchParams({ vector: name })}`}>Measure it</a>
        </p>
      )}
      {known.length > 0 && <KnownTable name={name} known={known} />}
    </li>
  )
}
