import { useMemo } from 'react'
import type { SampleView } from '../../../src/serve/viewer/wire.ts'
import { differences } from '../../../src/study/report/page/answer.ts'
import { AnswerSide } from './answer-side.tsx'

export function Pair({ sample: { baseline, steered, harmful, condition } }: { readonly sample: SampleView }) {
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
          <input type="checkbox" id="diff-only" /> only differences
        </label>
      )}
    </>
  )
}
