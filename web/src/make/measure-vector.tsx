import { useState } from 'react'
import type { VectorInfo } from '../../../src/serve/vectors/info.ts'
import { Studies } from '../../../src/serve/viewer/wire.ts'
import { go } from '../address.ts'
import { apiPath, Failed, send, useApi } from '../api.ts'
import { Problem } from '../shell/told.tsx'
import { useAction } from '../shell/use-action.ts'
import { isDraft } from './fit.ts'
import { measureStudy, strengthsOf, studyName } from './measure-study.ts'

interface Props {
  readonly vector: VectorInfo
  readonly model: string
  /** At which it was tried. */
  readonly strength: number
}

/** The study file that measures it, to be taken away or started here. */
export function MeasureVector({ vector: { name }, model, strength }: Props) {
  const { data, failed: unread } = useApi(apiPath('/studies'), Studies)
  const [base, setBase] = useState(model === 'organism' ? 'demo' : 'overrefusal-quick')
  const [written, setWritten] = useState<string | null>(null)
  const [copied, setCopied] = useState<string | null>(null)
  const { busy, failed, act } = useAction(async (text: string) => {
    await send('POST', apiPath('/runs'), { text })
    go('/studies')
  })
  const copying = useAction(async (text: string) => {
    await copyText(text)
    setCopied(text)
  })
  const strengths = strengthsOf(written ?? String(strength))
  const text = strengths === null ? null : measureStudy({ vector: name, model, base, strengths })
  if (isDraft(name))
    return (
      <section aria-labelledby="measure-title">
        <h2 id="measure-title">Measure it</h2>
        <p className="text muted">Save it under a name first: results are filed under it.</p>
      </section>
    )
  return (
    <section aria-labelledby="measure-title">
      <h2 id="measure-title">Measure it</h2>
      <p className="text">
        What else it changes is not seen in a few answers. This study asks the model with and without it, on four axes.
      </p>
      <div className="pickers">
        <label className="picker">
          asks
          <select value={base} onChange={event => setBase(event.target.value)}>
            {(data?.starts?.builtin ?? [{ name: base, says: '' }]).map(one => (
              <option key={one.name}>{one.name}</option>
            ))}
          </select>
        </label>
        <label className="picker">
          at strengths
          <input
            type="text"
            size={12}
            value={written ?? String(strength)}
            onChange={event => setWritten(event.target.value)}
          />
        </label>
      </div>
      {text === null ? (
        <p className="small" role="status">
          Write one to eight numbers, such as 0.5, 1, 2.
        </p>
      ) : (
        <>
          <pre className="study-text">{text}</pre>
          <div className="actions">
            {data?.starts != null && (
              <button type="button" disabled={busy} onClick={() => act(text)}>
                Start it here
              </button>
            )}
            <button type="button" onClick={() => copying.act(text)}>
              Copy
            </button>
            <a
              href={`data:application/yaml;charset=utf-8,${encodeURIComponent(text)}`}
              download={`${studyName({ vector: name })}.yaml`}
            >
              Download
            </a>
            <span className="small muted" role="status">
              {copied === text && 'Copied.'}
            </span>
          </div>
        </>
      )}
      {failed !== null && <Problem failed={failed} />}
      {copying.failed !== null && <Problem failed={copying.failed} />}
      {unread !== null && <Problem failed={unread} />}
    </section>
  )
}

/** @throws Failed where the browser forbids it */
async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
  } catch {
    throw new Failed('The browser does not let this page copy', 'Mark the text and copy it, or download it.')
  }
}
