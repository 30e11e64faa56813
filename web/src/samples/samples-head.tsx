import type { StudyView } from '../../../src/serve/viewer/wire.ts'
import { go, path } from '../address.ts'
import { closed } from './open.ts'

interface Props {
  readonly view: StudyView
  readonly condition: string
  readonly address: URL
  /** Address of the study's verdict. */
  readonly back: string
}

export function SamplesHead({ view: { status, conditions, result }, condition, address, back }: Props) {
  const known = conditions.includes(condition) ? conditions : [condition, ...conditions]
  const query = new URLSearchParams(address.search)
  for (const name of Object.keys(closed)) query.delete(name)
  return (
    <div className="intro samples-head">
      <h1>Samples</h1>
      <p className="what muted">
        <a href={back}>{status.study}</a> on {status.model ?? 'an unknown model'}, run{' '}
        <code>{status.run.slice(0, 8)}</code>
      </p>
      {result !== null && result.labels.length > 0 && <p className="tiny muted text">{result.labels.join(' ')}</p>}
      <label className="picker">
        condition
        <select
          value={condition}
          onChange={event => go(`${path('studies', status.study, event.target.value, 'samples')}?${query}`)}
        >
          {known.map(name => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
    </div>
  )
}
