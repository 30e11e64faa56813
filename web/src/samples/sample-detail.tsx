/** One prompt: the baseline's answer beside the steered one, and a label for it. */
import { useState } from 'react'
import { SampleView } from '../../../src/serve/viewer/wire.ts'
import { withQuery } from '../address.ts'
import { apiPath, useApi } from '../api.ts'
import { setupPath, usualTokens } from '../playground/setup.ts'
import { Problem, Waiting } from '../shell/told.tsx'
import { ChangeWord } from './change-word.tsx'
import { Labels } from './labels.tsx'
import { closed } from './open.ts'
import { Pair } from './pair.tsx'

interface Props {
  readonly run: string
  readonly row: { readonly condition: string; readonly suite: string; readonly sample: string }
  readonly address: URL
  readonly onLabelled: () => void
}

export function SampleDetail({ run, row, address, onLabelled }: Props) {
  const [version, setVersion] = useState(0)
  const { data: sample, failed } = useApi(apiPath(`/runs/${run}/sample`, row), SampleView, { version })
  return (
    <article aria-label="Answer">
      <p className="back small">
        <a href={withQuery(address, closed)} data-keep="">
          Back to the list
        </a>
      </p>
      {failed !== null && <Problem failed={failed} />}
      {sample === null && failed === null && <Waiting what="the answer" />}
      {sample !== null && (
        <>
          <h2 className="about">
            <ChangeWord change={sample.change} /> <span>“{sample.property}”</span>
          </h2>
          <p className="small muted">{aboutOf(sample)}</p>
          <Prompt sample={sample} />
          <Pair key={`${sample.chunk} ${sample.position}`} sample={sample} address={address} />
          {sample.again !== null && (
            <p className="small">
              <a href={againPath(sample.again, sample.harmful)}>Ask it at another strength</a>
            </p>
          )}
          {sample.asks !== null && (
            <Labels
              run={run}
              sample={sample}
              asks={sample.asks}
              onLabelled={() => {
                setVersion(before => before + 1)
                onLabelled()
              }}
            />
          )}
        </>
      )}
    </article>
  )
}

function againPath({ prompt, system, vector, strength }: NonNullable<SampleView['again']>, harmful: boolean): string {
  const stack = [{ name: vector, strength, on: true }]
  return setupPath({ prompt, system: system ?? '', tokens: usualTokens, stack, harmful, shaded: false })
}

function aboutOf({ axis, suite, template, category, id }: SampleView): string {
  return [axis, suite, ...(template === null ? [] : [`template ${template.id}`]), category ?? '', id]
    .filter(Boolean)
    .join(' · ')
}

/** What wraps the request is set back. */
function Prompt({ sample: { prompt, template } }: { readonly sample: SampleView }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a long prompt is scrolled by the keyboard too
    <section className="prompt text-of-model" tabIndex={0} aria-label="Prompt">
      {template !== null && template.as === undefined && <span className="wrapper">{template.before}</span>}
      {prompt}
      {template !== null && template.as === undefined && <span className="wrapper">{template.after}</span>}
      {template?.as !== undefined && <span className="wrapper">{`\n\nAsked as:\n${template.as}`}</span>}
    </section>
  )
}
