import { useMemo } from 'react'
import type { SampleView } from '../../../src/serve/viewer/wire.ts'
import { differences } from '../../../src/study/report/page/answer.ts'
import { go, withQuery } from '../address.ts'
import { AnswerSide } from './answer-side.tsx'

interface Props {
  readonly sample: SampleView
  readonly address: URL
}

export function Pair({ sample: { baseline, steered, harmful, condition }, address }: Props) {
  const only = address.searchParams.get('diff') === 'only'
  const changed = useMemo(() => differences(baseline.text, steered.text), [baseline.text, steered.text])
  return (
    <>
      <div className="pair">
        <AnswerSide title="baseline" answer={baseline} kind="del" changed={changed?.removed ?? []} harmful={harmful} />
        <AnswerSide title={condition} answer={steered} kind="ins" changed={changed?.added ?? []} harmful={harmful} />
      </div>
      {changed === null ? (
        <p className="tiny muted">The two answers share few words, so differences are not marked.</p>
      ) : (
        <label className="small only-differences">
          <input
            type="checkbox"
            id="diff-only"
            checked={only}
            onChange={event => go(withQuery(address, { diff: event.target.checked ? 'only' : null }), 'replace')}
          />{' '}
          only differences
        </label>
      )}
    </>
  )
}
