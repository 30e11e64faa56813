/** The prompts whose property was lost or gained from A to B, some at a time. */
import { useState } from 'react'
import type { ComparedAnswer, ComparedCondition, Flip } from '../../../src/study/comparison/types.ts'
import { count } from '../../../src/study/report/format.ts'
import { ChangeWord } from '../samples/change-word.tsx'

const some = 50

interface Props {
  readonly flips: readonly Flip[]
  readonly a: ComparedCondition
  readonly b: ComparedCondition
}

export function Flips({ flips, a, b }: Props) {
  const [shown, setShown] = useState(some)
  const sorted = flips.toSorted((one, other) => Number(one.change === 'gained') - Number(other.change === 'gained'))
  return (
    <section aria-labelledby="flips-title">
      <h2 id="flips-title">Prompts with another outcome</h2>
      {flips.length === 0 && <p className="text empty">There is none.</p>}
      <div className="flips">
        {sorted.slice(0, shown).map(flip => (
          <FlipDetails key={`${flip.suite} ${flip.id}`} flip={flip} a={a.condition} b={b.condition} />
        ))}
      </div>
      {shown < flips.length && (
        <p>
          <button type="button" onClick={() => setShown(before => before + some)}>
            Show {count(Math.min(some, flips.length - shown))} more of {count(flips.length)}
          </button>
        </p>
      )}
    </section>
  )
}

function FlipDetails({ flip, a, b }: { readonly flip: Flip; readonly a: string; readonly b: string }) {
  const { change, prompt, suite, template, id } = flip
  return (
    <details className="sample">
      <summary>
        <span className="change-word">
          <ChangeWord change={change} />
        </span>
        <span>
          <span className="head text-of-model">{prompt}</span>
          <span className="meta">{[suite, template, id].filter(Boolean).join(' · ')}</span>
        </span>
      </summary>
      <div className="inside">
        <div className="prompt text-of-model">{prompt}</div>
        <div className="pair">
          <SideAnswer title={a} answer={flip.a} />
          <SideAnswer title={b} answer={flip.b} />
        </div>
      </div>
    </details>
  )
}

function SideAnswer({ title, answer }: { readonly title: string; readonly answer: ComparedAnswer | null }) {
  return (
    <div>
      <h3 className="side">{title}</h3>
      {answer === null ? (
        <p className="judged">another choice</p>
      ) : (
        <>
          <p className="judged">
            <b>{answer.class}</b>
          </p>
          {answer.text === null ? (
            <p className="judged muted">Veiled here: an answer to a harmful request. Samples shows it when asked.</p>
          ) : (
            <div className="answer text-of-model">{answer.text}</div>
          )}
        </>
      )}
    </div>
  )
}
