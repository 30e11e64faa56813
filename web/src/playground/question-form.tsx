import { useRef } from 'react'
import type { ServedModel } from '../../../src/serve/viewer/wire.ts'
import { NumberBox } from './number-box.tsx'
import type { Question, Setup } from './setup.ts'

interface Props {
  readonly setup: Setup
  readonly model: ServedModel
  readonly busy: boolean
  readonly onChange: (question: Partial<Question>) => void
  readonly onAsk: () => void
  readonly onStop: () => void
}

export function QuestionForm({ setup: { prompt, system, tokens }, model, busy, onChange, onAsk, onStop }: Props) {
  const box = useRef<HTMLTextAreaElement>(null)
  return (
    <form
      className="question"
      onSubmit={event => {
        event.preventDefault()
        onAsk()
      }}
    >
      <label>
        Prompt
        <textarea
          ref={box}
          rows={3}
          value={prompt}
          onChange={event => onChange({ prompt: event.target.value })}
          onKeyDown={event => {
            if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
            event.preventDefault()
            if (prompt.trim() !== '') onAsk()
          }}
        />
      </label>
      {prompt === '' && (
        <p className="examples small">
          <span className="muted">For example</span>
          {model.examples.map(example => (
            <button
              key={example}
              type="button"
              onClick={() => {
                onChange({ prompt: example })
                // These buttons are gone then.
                box.current?.focus()
              }}
            >
              {example}
            </button>
          ))}
        </p>
      )}
      <details className="more" open={system !== '' || undefined}>
        <summary>System message</summary>
        <label>
          <span className="only-read">System message</span>
          <textarea rows={2} value={system} onChange={event => onChange({ system: event.target.value })} />
        </label>
      </details>
      <div className="ask">
        <button type="submit" disabled={prompt.trim() === ''}>
          Ask
        </button>
        <button type="button" disabled={!busy} onClick={onStop}>
          Stop
        </button>
        <span className="picker">
          <span aria-hidden="true">tokens at most</span>
          <NumberBox
            label="Tokens at most"
            value={tokens}
            min={1}
            max={model.maxTokens}
            step={1}
            onChange={value => onChange({ tokens: Math.round(value) })}
          />
        </span>
        <span className="small muted">Ctrl+Enter asks. Temperature 0, the same seed on both sides.</span>
      </div>
    </form>
  )
}
