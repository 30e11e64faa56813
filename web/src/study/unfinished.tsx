import type { StudyView } from '../../../src/serve/viewer/wire.ts'
import { Progress } from '../studies/progress.tsx'
import { HowToResume } from '../studies/run-actions.tsx'
import { samplesPath } from './paths.ts'
import { RunPicker } from './run-picker.tsx'

/** A run without a result: how far it is, and the answers there are. */
export function Unfinished({ view, run }: { readonly view: StudyView; readonly run: string | null }) {
  const { status, conditions, unreadable } = view
  return (
    <>
      <div className="intro">
        <h1>{status.study}</h1>
        <p className="what muted">
          {status.model ?? 'an unknown model'}, run <code>{status.run.slice(0, 8)}</code>
        </p>
      </div>
      <RunPicker view={view} />
      {unreadable === null ? <Progress run={status} /> : <p className="text">{unreadable}</p>}
      {unreadable === null && <HowToResume run={status} />}
      <section>
        <h2>Answers so far</h2>
        {conditions.length === 0 ? (
          <p className="text empty">None yet: vectors are fitted and chosen first, then every condition is measured.</p>
        ) : (
          <ul className="text">
            {conditions.map(name => (
              <li key={name}>
                <a href={samplesPath(status.study, name, { run })}>{name}</a>
              </li>
            ))}
          </ul>
        )}
      </section>
    </>
  )
}
