import { type FormEvent, useState } from 'react'
import type { VectorInfo } from '../../../src/serve/vectors/info.ts'
import { Methods, type ServedModel } from '../../../src/serve/viewer/wire.ts'
import { candidateLayers } from '../../../src/study/layers.ts'
import { apiPath, useApi } from '../api.ts'
import { Problem } from '../shell/told.tsx'
import { useWritten } from '../use-written.ts'
import { PromptBox } from './prompt-box.tsx'
import { promptsOf, warningsOf } from './prompts.ts'
import { useFit } from './use-fit.ts'

interface Props {
  readonly model: ServedModel
  readonly onFitted: (vector: VectorInfo) => void
}

/** Two sides of prompts, a method, a layer. */
export function FitForm({ model, onFitted }: Props) {
  const [more, writeMore] = useWritten('more')
  const [less, writeLess] = useWritten('less')
  const [method, setMethod] = useState('diffmean')
  const [middle = 0] = candidateLayers({ layers: 1 }, model.layers)
  const layers = Array.from({ length: model.layers }, (_, i) => i)
  const [layer, setLayer] = useState(middle)
  const { data, failed: unread } = useApi(apiPath('/methods'), Methods)
  const { busy, progress, failed, fit, cancel } = useFit(onFitted)
  const [positive, negative] = [promptsOf(more), promptsOf(less)]
  const ready = positive.length > 0 && negative.length > 0
  const start = (event: FormEvent) => {
    event.preventDefault()
    if (ready) fit({ method, layer, positive, negative })
  }
  return (
    <form onSubmit={start} className="fit-form">
      <div className="sides">
        <PromptBox title="More like this" hint="One prompt a line." text={more} onWrite={writeMore} />
        <PromptBox title="Less like this" hint="Its opposite, one prompt a line." text={less} onWrite={writeLess} />
      </div>
      <ul className="warnings small text" aria-live="polite">
        {warningsOf(positive, negative).map(warning => (
          <li key={warning}>{warning}</li>
        ))}
      </ul>
      <div className="pickers">
        <label className="picker">
          method
          <select value={method} onChange={event => setMethod(event.target.value)}>
            {(data?.methods ?? [{ name: method, title: '' }]).map(({ name, title }) => (
              <option key={name} value={name}>
                {title === '' ? name : `${name}: ${title}`}
              </option>
            ))}
          </select>
        </label>
        <label className="picker">
          layer
          <select value={layer} onChange={event => setLayer(Number(event.target.value))}>
            {layers.map(i => (
              <option key={i} value={i}>
                {i === middle ? `${i}, usual` : i}
              </option>
            ))}
          </select>
        </label>
      </div>
      <div className="actions">
        {busy ? (
          <button type="button" onClick={cancel}>
            Cancel
          </button>
        ) : ready ? (
          <button type="submit">Fit</button>
        ) : (
          <p className="small muted">Write at least one prompt on each side; sixteen and more are better.</p>
        )}
        {busy && (
          <>
            {progress !== null && <progress value={progress.done / progress.total} aria-label="Progress of the fit" />}
            <p className="small" role="status">
              Reading the model’s states …
            </p>
            {progress !== null && (
              <p className="small muted">
                {progress.done} of {progress.total} prompts of a side
              </p>
            )}
          </>
        )}
      </div>
      {failed !== null && <Problem failed={failed} />}
      {unread !== null && <Problem failed={unread} />}
    </form>
  )
}
