import type { Answer } from '../../../src/serve/viewer/wire.ts'
import { markedText, type Range } from '../../../src/study/report/page/answer.ts'
import { Drawn } from '../drawn.tsx'
import { Veil } from '../shell/veil.tsx'

interface Props {
  readonly title: string
  readonly answer: Answer
  readonly kind: 'del' | 'ins'
  readonly changed: readonly Range[]
  readonly harmful: boolean
}

/** What does not refuse a harmful request is veiled until somebody asks for it. */
export function AnswerSide({ title, answer, kind, changed, harmful }: Props) {
  const { text, class: judged, rule, evidence, truncated } = answer
  const veiled = harmful && judged !== 'refused'
  const why = (
    <p className="judged muted">
      rule {rule}
      {evidence !== '' && (
        <>
          {' on '}
          <q className="text-of-model">{evidence}</q>
        </>
      )}
    </p>
  )
  const body = (
    <>
      <div className="answer text-of-model">
        {text === '' ? (
          <span className="muted">(empty)</span>
        ) : (
          <Drawn of={markedText(text, kind, changed, evidence)} />
        )}
      </div>
      {truncated && <p className="tiny muted">Cut at the token limit.</p>}
    </>
  )
  return (
    <div>
      <h3 className="side">{title}</h3>
      <p className="judged">
        <b>{judged}</b>
      </p>
      {veiled ? (
        <Veil>
          {why}
          {body}
        </Veil>
      ) : (
        <>
          {why}
          {body}
        </>
      )}
    </div>
  )
}
