/** The model's own answer beside the steered one. */
import { useMemo } from 'react'
import { number } from '../../../src/study/report/known-caption.ts'
import { differences, markedText, type Range } from '../../../src/study/report/page/answer.ts'
import { Drawn } from '../drawn.tsx'
import { Problem } from '../shell/told.tsx'
import { Veil } from '../shell/veil.tsx'
import { ColouredTokens } from './coloured-tokens.tsx'
import { levelWords } from './token-levels.ts'
import type { Answers, Side } from './use-answers.ts'

interface Props {
  readonly answers: Answers
  /** Whether what is asked now is what was answered. */
  readonly current: boolean
  /** Tokens by their probability, in place of what differs. */
  readonly shaded: boolean
  readonly onShade: (shaded: boolean) => void
}

export function AnswerPair({ answers: { sides, question }, current, shaded, onShade }: Props) {
  const { baseline, steered } = sides
  const ended = baseline.state === 'ended' && steered.state === 'ended'
  const [own, other] = [textOf(baseline), textOf(steered)]
  const changed = useMemo(() => (ended ? differences(own, other) : null), [ended, own, other])
  if (question === null)
    return (
      <section className="text" aria-labelledby="answers-title">
        <h2 id="answers-title">Answers</h2>
        <p className="muted">
          Write a prompt and ask: the model’s own answer and the steered one appear side by side. A prompt that a study
          asked can be asked again from any of its answers.
        </p>
      </section>
    )
  const { harmful } = question
  const same = ended && own === other
  return (
    <section aria-labelledby="answers-title">
      <h2 id="answers-title">Answers</h2>
      <p className="small muted" role="status">
        {statusOf(baseline, steered)}
        {!current && ' They are to what was asked before; Ask again for this prompt.'}
      </p>
      <div className="pair">
        <SideOf title="baseline" side={baseline} kind="del" changed={changed?.removed ?? []} {...{ harmful, shaded }} />
        <SideOf
          title={titleOf(steered)}
          side={steered}
          kind="ins"
          changed={changed?.added ?? []}
          {...{ harmful, shaded }}
        />
      </div>
      <label className="small only-differences">
        <input type="checkbox" checked={shaded} onChange={event => onShade(event.target.checked)} /> shade tokens by
        probability
      </label>
      {shaded && (
        <p className="tiny muted token-key">
          {levelWords.map((words, level) => (
            <span key={words}>
              <span className={`token level-${level}`}>token</span> {words}
            </span>
          ))}
        </p>
      )}
      {same && <p className="small">Both answers are the same, word for word.</p>}
      {ended && !same && !shaded && changed === null && (
        <p className="tiny muted">The two answers share few words, so differences are not marked.</p>
      )}
      {changed !== null && !same && !shaded && (
        <label className="small only-differences">
          <input type="checkbox" id="diff-only" /> only differences
        </label>
      )}
    </section>
  )
}

function SideOf({
  title,
  side: { tokens, state, ended, failed },
  kind,
  changed,
  harmful,
  shaded,
}: {
  readonly title: string
  readonly side: Side
  readonly kind: 'del' | 'ins'
  readonly changed: readonly Range[]
  readonly harmful: boolean
  readonly shaded: boolean
}) {
  const text = textOf({ tokens })
  const isShaded = shaded && tokens.length > 0
  const body = isShaded ? (
    <ColouredTokens title={title} tokens={tokens} />
  ) : (
    <div className="answer text-of-model">
      {text === '' && state === 'ended' ? (
        <span className="muted">(empty)</span>
      ) : (
        <Drawn of={markedText(text, kind, changed, '')} />
      )}
    </div>
  )
  return (
    <div>
      <h3 className="side">{title}</h3>
      {failed !== null && <Problem failed={failed} />}
      {harmful ? <Veil>{body}</Veil> : body}
      {ended !== null && (
        <p className="tiny muted">
          {ended.tokens} tokens{ended.finish === 'length' && ', cut at the limit'}
        </p>
      )}
      {state === 'stopped' && <p className="tiny muted">Stopped.</p>}
    </div>
  )
}

function textOf({ tokens }: Pick<Side, 'tokens'>): string {
  return tokens.map(({ text }) => text).join('')
}

function titleOf({ steering }: Side): string {
  if (steering.length === 0) return 'steered: no vector is on'
  return `steered: ${steering.map(({ name, strength }) => `${name} at ${number(strength)}`).join(', ')}`
}

/** Said when something begins or ends, never for a token. */
function statusOf(baseline: Side, steered: Side): string {
  const states = [baseline.state, steered.state]
  if (states.includes('asked')) return 'Answering …'
  if (states.includes('failed')) return 'An answer failed.'
  if (states.includes('stopped')) return 'Stopped.'
  return 'Both have answered.'
}
