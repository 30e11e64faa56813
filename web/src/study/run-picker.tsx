import type { StudyView } from '../../../src/serve/viewer/wire.ts'
import { go } from '../address.ts'
import { when } from '../studies/when.ts'
import { studyPath } from './paths.ts'

/** Only where there is something to pick. */
export function RunPicker({ view: { runs, status } }: { readonly view: StudyView }) {
  if (runs.length < 2) return null
  return (
    <label className="picker">
      run
      <select value={status.run} onChange={event => go(studyPath(status.study, null, event.target.value.slice(0, 12)))}>
        {runs.map(({ run, started, state }) => (
          <option key={run} value={run}>
            {run.slice(0, 8)}, {when(started)}, {state}
          </option>
        ))}
      </select>
    </label>
  )
}
