/** Every run of the store, newest first; those that are running go on as one looks. */
import { Studies } from '../../../src/serve/viewer/wire.ts'
import { apiPath, useApi } from '../api.ts'
import { useTitle } from '../shell/title.ts'
import { Problem, Waiting } from '../shell/told.tsx'
import { RunCard } from './run-card.tsx'

/** Milliseconds. */
const often = 2000

export function StudiesPage() {
  useTitle('Studies')
  const { data, failed } = useApi(apiPath('/studies'), Studies, { every: often })
  return (
    <>
      <div className="intro">
        <h1>Studies</h1>
        {data !== null && <p className="what muted">{data.store}</p>}
      </div>
      {failed !== null && <Problem failed={failed} />}
      {data === null && failed === null && <Waiting what="the store" />}
      {data?.runs.length === 0 && (
        <p className="text">
          There is no study yet. Run one: <code>plimsoll demo</code>, or <code>plimsoll run STUDY</code>. It is shown
          here as soon as it starts.
        </p>
      )}
      {data?.runs.map((run, i) => (
        <RunCard key={run.run} run={run} newest={data.runs.findIndex(({ study }) => study === run.study) === i} />
      ))}
    </>
  )
}
