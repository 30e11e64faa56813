import type { ReactNode } from 'react'
import type { VectorInfo } from '../../../src/serve/vectors/info.ts'
import { path } from '../address.ts'
import { Drawn } from '../drawn.tsx'
import { isDraft } from '../make/fit.ts'
import { VerdictBadge } from '../shell/badge.tsx'
import { layerStrip, layersText, promptsText, strengthStrip } from './strips.ts'

interface Props {
  readonly vector: VectorInfo
  /** What can be done with it. */
  readonly children: ReactNode
}

export function VectorCard({ vector, children }: Props) {
  const { name, method, tool, model, prompts, system, note, measured, default_strength: standard } = vector
  return (
    <section className="shelved" aria-label={`Vector ${name}`}>
      <div className="named">
        <h2>{name}</h2>
        {measured.length === 0 && <span className="small muted">never measured on this model</span>}
      </div>
      <p className="small muted">
        {isDraft(name) && 'not named yet; '}
        {method} by {tool} on {model.name}, {promptsText(prompts)}
        {system !== null && ', under a system prompt'}
        {standard !== null && `; steers the model default at ${standard}`}
      </p>
      <div className="strips">
        <div>
          <p className="tiny muted">acts at {layersText(vector)}</p>
          <Drawn of={layerStrip(vector)} />
        </div>
        {measured.length > 0 && (
          <div>
            <p className="tiny muted">measured at strength</p>
            <Drawn of={strengthStrip(measured)} />
          </div>
        )}
      </div>
      {note !== '' && <p className="small text">{note}</p>}
      {measured.length > 0 && (
        <ul className="verdicts">
          {measured.map(({ run, study, condition, strength, verdict, sentence }) => (
            <li key={`${run} ${condition}`} className="small">
              <VerdictBadge verdict={verdict} />
              <span>
                at {strength} in{' '}
                <a href={`${path('studies', study, condition)}?run=${run.slice(0, 12)}`}>
                  {study}, {condition}
                </a>
                : {sentence}
              </span>
            </li>
          ))}
        </ul>
      )}
      <div className="actions">{children}</div>
    </section>
  )
}
