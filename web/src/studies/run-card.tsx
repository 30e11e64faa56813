import type { ReactNode } from 'react'
import type { RunState } from '../../../src/serve/viewer/wire.ts'
import { count } from '../../../src/study/report/format.ts'
import { verdicts } from '../../../src/study/report/words.ts'
import { path } from '../address.ts'
import { VerdictBadge } from '../shell/badge.tsx'
import { Progress } from './progress.tsx'
import { when } from './when.ts'

interface Props {
  readonly run: RunState
  /** Whether the study's name alone stands for it. */
  readonly named: boolean
  /** What can be done with it. */
  readonly children: ReactNode
}

export function RunCard({ run, named, children }: Props) {
  const query = named ? '' : `?run=${run.run.slice(0, 12)}`
  return (
    <section className="run" aria-label={`${run.study}, run ${run.run.slice(0, 8)}`}>
      <h2>
        <a href={`${path('studies', run.study)}${query}`}>{run.study}</a>
      </h2>
      <p className="small muted">
        {run.model ?? 'an unknown model'}, run <code>{run.run.slice(0, 8)}</code>,{' '}
        {run.state === 'finished'
          ? `finished ${when(run.since)}, ${count(run.answers.done)} answers and scores`
          : `started ${when(run.started)}`}
      </p>
      <Progress run={run} />
      <div className="actions">{children}</div>
      {run.verdicts.length > 0 && (
        <ul className="verdicts">
          {run.verdicts.map(({ condition, verdict }) => (
            <li key={condition}>
              <VerdictBadge verdict={verdict} />
              <a href={`${path('studies', run.study, condition)}${query}`}>{condition}</a>
            </li>
          ))}
        </ul>
      )}
      {run.references.length > 0 && (
        <p className="small muted references">
          Held against{' '}
          {run.references.map(({ condition, verdict }, i) => (
            <span key={condition}>
              {i > 0 && ', '}
              <a href={`${path('studies', run.study, condition)}${query}`}>{condition}</a> (
              {verdicts[verdict].word.toLowerCase()})
            </span>
          ))}
        </p>
      )}
    </section>
  )
}
