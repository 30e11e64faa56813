/** The vectors that steer, one below the other. */
import { Problem, Waiting } from '../shell/told.tsx'
import { withoutMissing } from './acting.ts'
import { LaneKey, LanePatterns } from './lanes.tsx'
import type { Entry } from './setup.ts'
import type { VectorsState } from './use-vectors.ts'
import { VectorPicker } from './vector-picker.tsx'
import { VectorRow } from './vector-row.tsx'

interface Props {
  readonly stack: readonly Entry[]
  readonly state: VectorsState
  readonly onChange: (stack: readonly Entry[]) => void
}

export function VectorStack({ stack, state, onChange }: Props) {
  const { vectors, failed, taking } = state
  const replace = (entry: Entry) => onChange(stack.map(one => (one.name === entry.name ? entry : one)))
  const remove = (name: string) => onChange(stack.filter(one => one.name !== name))
  const acting = withoutMissing(stack, state).filter(({ on, strength }) => on && strength !== 0)
  return (
    <section aria-labelledby="vectors-title">
      <h2 id="vectors-title">Vectors</h2>
      <LanePatterns />
      {failed !== null && <Problem failed={failed} />}
      {vectors === null && failed === null && <Waiting what="the vectors" />}
      {vectors !== null && (
        <>
          <ul className="stack">
            {stack.map(entry => {
              const vector = vectors.served.find(({ name }) => name === entry.name)
              if (vector !== undefined) {
                return (
                  <VectorRow
                    key={entry.name}
                    entry={entry}
                    vector={vector}
                    onChange={replace}
                    onRemove={() => remove(entry.name)}
                  />
                )
              }
              return <Missing key={entry.name} name={entry.name} taking={taking.has(entry.name)} onRemove={remove} />
            })}
          </ul>
          {stack.length === 0 && vectors.served.length + vectors.stored.length > 0 && (
            <p className="text muted">None yet: both answers are the model’s own.</p>
          )}
          {vectors.served.length + vectors.stored.length === 0 && <NoVectors />}
          <VectorPicker vectors={vectors} stack={stack} onAdd={entry => onChange([...stack, entry])} />
          {acting.length > 1 && <p className="text small">These vectors were never measured together.</p>}
          {stack.length > 0 && <LaneKey />}
        </>
      )}
    </section>
  )
}

function Missing({
  name,
  taking,
  onRemove,
}: {
  readonly name: string
  readonly taking: boolean
  readonly onRemove: (name: string) => void
}) {
  return (
    <li className="vector">
      <div className="vector-head">
        <b>{name}</b>
        <button type="button" onClick={() => onRemove(name)} aria-label={`Remove ${name}`}>
          Remove
        </button>
      </div>
      <p className="caption" role="status">
        {taking
          ? 'Taking it from the store …'
          : 'Neither the server nor its store has a vector of this name for the model that is served, so it steers nothing. Start the server with --vector FILE, or run its study again, which keeps its vectors and makes nothing anew.'}
      </p>
    </li>
  )
}

function NoVectors() {
  return (
    <p className="text">
      The server has no vector yet. Make one with <code>plimsoll fit</code> and start the server with{' '}
      <code>--vector FILE</code>, or run a study: its vectors are offered here.
    </p>
  )
}
