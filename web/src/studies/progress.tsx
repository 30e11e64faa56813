import type { RunState } from '../../../src/serve/viewer/wire.ts'
import { count } from '../../../src/study/report/format.ts'
import { when } from './when.ts'

/** How far a run is; nothing for one that is finished. */
export function Progress({ run }: { readonly run: RunState }) {
  const { state, answers, chunks, minutesLeft, since } = run
  if (state === 'finished') return null
  const of = answers.of ?? null
  const share = of === null || of === 0 ? null : Math.min(1, answers.done / of)
  // A screen reader hears every tenth, not every answer.
  const tenth = share === null ? null : Math.floor(share * 10) * 10
  return (
    <div className="progress">
      {share !== null && <progress value={share} aria-label={`Progress of ${run.study}`} />}
      <p className="small">
        <b>{state === 'running' ? 'Running' : 'Interrupted'}</b>: {count(answers.done)}
        {of !== null && ` of ${count(of)}`} answers and scores, {count(chunks.done)} of at least {count(chunks.of)}{' '}
        chunks
        {minutesLeft !== null && `, about ${minutesLeft} min left`}
        {state === 'interrupted' && `. Last heard of ${when(since)}.`}
      </p>
      <p className="only-read" role="status">
        {state === 'running' && tenth !== null && `${run.study}: ${tenth} % done`}
      </p>
    </div>
  )
}
