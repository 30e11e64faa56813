/** Every run of the store, newest first; those that are running go on as one looks. */
import { useState } from 'react'
import { Studies } from '../../../src/serve/viewer/wire.ts'
import { withQuery } from '../address.ts'
import { apiPath, useApi } from '../api.ts'
import { useTitle } from '../shell/title.ts'
import { Problem, Waiting } from '../shell/told.tsx'
import { isNamed } from './named-run.ts'
import { HowToResume, RunActions } from './run-actions.tsx'
import { RunCard } from './run-card.tsx'
import { StartStudy } from './start-study.tsx'
import { Started } from './started.tsx'

/** Milliseconds. */
const often = 2000

export function StudiesPage({ address }: { readonly address: URL }) {
  useTitle('Studies')
  const [version, setVersion] = useState(0)
  const { data, failed } = useApi(apiPath('/studies'), Studies, { every: often, version })
  const anew = () => setVersion(before => before + 1)
  const starts = data?.starts ?? null
  const started = starts?.started ?? null
  const free = started?.state !== 'running' && started?.state !== 'stopping'
  const empty = data?.runs.length === 0
  const asked = address.searchParams.has('start') || empty
  return (
    <>
      <div className="intro">
        <h1>Studies</h1>
        {data !== null && <p className="what muted">{data.store}</p>}
        {starts !== null && free && !asked && (
          <p className="what">
            <a href={withQuery(address, { start: 'demo' })}>Start a study</a>
          </p>
        )}
      </div>
      {failed !== null && <Problem failed={failed} />}
      {data === null && failed === null && <Waiting what="the store" />}
      {started !== null && <Started started={started} onDone={anew} />}
      {starts !== null && free && asked && (
        <StartStudy
          starts={starts}
          address={address}
          leave={empty ? null : withQuery(address, { start: null })}
          onDone={anew}
        />
      )}
      {data !== null && starts === null && <OnlyLooking runs={data.runs.length} />}
      {data?.runs.map(run => (
        <RunCard key={run.run} run={run} named={isNamed(run, data.runs)}>
          {starts === null ? <HowToResume run={run} /> : <RunActions run={run} free={free} onDone={anew} />}
        </RunCard>
      ))}
    </>
  )
}

function OnlyLooking({ runs }: { readonly runs: number }) {
  return (
    <p className="text small muted only-looking">
      {runs === 0 && (
        <>
          There is no study yet. Run one: <code>plimsoll demo</code>, or <code>plimsoll run STUDY</code>. It is shown
          here as soon as it starts.{' '}
        </>
      )}
      To start, stop and resume studies from this page, start <code>plimsoll serve</code>.
    </p>
  )
}
