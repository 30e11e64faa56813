/** Starts a study on the model that is served: a built-in one, or one that is written down here. */
import type { FormEvent } from 'react'
import type { Studies, StudyWanted } from '../../../src/serve/viewer/wire.ts'
import { go, withQuery } from '../address.ts'
import { apiPath, send } from '../api.ts'
import { Problem } from '../shell/told.tsx'
import { useAction } from '../shell/use-action.ts'
import { useWritten } from '../use-written.ts'

/** In the address, for a study file of one's own. */
const own = 'own'

interface Props {
  readonly starts: NonNullable<Studies['starts']>
  readonly address: URL
  /** Where there is no more to see than this, it cannot be left. */
  readonly leave: string | null
  readonly onDone: () => void
}

export function StartStudy({ starts: { builtin, model }, address, leave, onDone }: Props) {
  const chosen = address.searchParams.get('start') || (builtin[0]?.name ?? own)
  const [text, write] = useWritten('study', 'study: overrefusal-quick\nconditions: [diffmean]\n')
  const { busy, failed, act } = useAction(async (wanted: StudyWanted) => {
    await send('POST', apiPath('/runs'), wanted)
    go(withQuery(address, { start: null }), 'replace')
    onDone()
  })
  const start = (event: FormEvent) => {
    event.preventDefault()
    act(chosen === own ? { text } : { study: chosen })
  }
  const option = (value: string, says: string) => (
    <label key={value} className="option">
      <input
        type="radio"
        name="study"
        value={value}
        checked={chosen === value}
        onChange={() => go(withQuery(address, { start: value }), 'replace')}
      />
      <span>
        <b>{value === own ? 'A study file of your own' : value}</b> <span className="muted">{says}</span>
      </span>
    </label>
  )
  return (
    <section aria-labelledby="start-study">
      <h2 id="start-study">Start a study</h2>
      <form className="text" onSubmit={start}>
        <fieldset className="built-ins">
          <legend className="small muted">
            It runs on {model}, in a process of its own; demo always runs on the teaching model.
          </legend>
          {builtin.map(({ name, says }) => option(name, says))}
          {option(own, 'As for plimsoll run; it may name no file of this machine.')}
        </fieldset>
        {chosen === own && (
          <label className="written">
            Study file (YAML)
            <textarea
              rows={12}
              spellCheck={false}
              value={text}
              onChange={event => write(event.target.value)}
            ></textarea>
          </label>
        )}
        <button type="submit" disabled={busy}>
          Start
        </button>{' '}
        {leave !== null && (
          <a href={leave} data-keep>
            Not now
          </a>
        )}
        {failed !== null && <Problem failed={failed} />}
      </form>
    </section>
  )
}
