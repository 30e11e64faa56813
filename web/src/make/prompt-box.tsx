import { useId } from 'react'
import { promptsOf } from './prompts.ts'

interface Props {
  readonly title: string
  readonly hint: string
  readonly text: string
  readonly onWrite: (text: string) => void
}

/** One side: a prompt a line, and how many they are. */
export function PromptBox({ title, hint, text, onWrite }: Props) {
  const id = useId()
  const count = promptsOf(text).length
  return (
    <div className="prompt-box">
      <label htmlFor={id}>
        <b>{title}</b>
      </label>
      <p className="tiny muted" id={`${id}-hint`}>
        {hint}
      </p>
      <textarea
        id={id}
        rows={10}
        spellCheck={false}
        aria-describedby={`${id}-hint ${id}-count`}
        value={text}
        onChange={event => onWrite(event.target.value)}
      />
      <p className="tiny muted" id={`${id}-count`}>
        {count === 1 ? '1 prompt' : `${count} prompts`}
      </p>
    </div>
  )
}
