/** What a person says of the steered answer: beside the judge's class, never over it. */
import { useCallback, useEffect, useState } from 'react'
import { type AskedOf, labelKeys } from '../../../src/judge/labels.ts'
import type { LabelClass, SampleView } from '../../../src/serve/viewer/wire.ts'
import { Failed, giveLabel } from '../api.ts'
import { Problem } from '../shell/told.tsx'
import { isTyped } from '../shell/typed.ts'

interface Props {
  readonly run: string
  readonly sample: SampleView
  readonly asks: AskedOf
  readonly onLabelled: () => void
}

export function Labels({ run, sample, asks, onLabelled }: Props) {
  const { chunk, position, label, judge, condition, steered } = sample
  const [failed, setFailed] = useState<Failed | null>(null)
  const give = useCallback(
    async (said: LabelClass | null) => {
      try {
        await giveLabel(run, { chunk, position, class: said })
        setFailed(null)
        onLabelled()
      } catch (error) {
        setFailed(error instanceof Failed ? error : new Failed(String(error)))
      }
    },
    [run, chunk, position, onLabelled],
  )
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (isTyped(event)) return
      const key = labelKeys[asks].find(one => one.key === event.key)
      if (key !== undefined) void give(key.label)
      else if (event.key === 'u') void give(null)
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [give, asks])
  return (
    <section className="labels-given" aria-labelledby="labels-title">
      <h3 id="labels-title">What do you say of the answer of {condition}?</h3>
      <div className="buttons">
        {labelKeys[asks].map(({ key, label: said }) => (
          <button
            key={said}
            type="button"
            aria-pressed={label === said}
            onClick={() => void give(label === said ? null : said)}
          >
            <kbd>{key}</kbd> {said}
          </button>
        ))}
      </div>
      {failed !== null && <Problem failed={failed} />}
      <p className="tiny muted" role="status">
        {label === null
          ? `The judge (${judge}) says ${steered.class}.`
          : `You say ${label}, the judge (${judge}) says ${steered.class}. Both are kept.`}{' '}
        Labels of answers that you picked say nothing of how often the judge errs, and change no verdict; for that,
        label a random sample: <code>plimsoll judge annotate</code>.
      </p>
    </section>
  )
}
