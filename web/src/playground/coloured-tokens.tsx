/** An answer whose tokens are shaded by how unexpected they were, the value of one of them below. */
import { type KeyboardEvent, useState } from 'react'
import { type AnswerToken, levelOf, tokenWords } from './token-levels.ts'

/** The arrow keys go from token to token, as the pointer does. */
export function ColouredTokens({ title, tokens }: { readonly title: string; readonly tokens: readonly AnswerToken[] }) {
  const [at, setAt] = useState<number | null>(null)
  const chosen = at === null ? undefined : tokens[at]
  const step = (event: KeyboardEvent) => {
    const last = tokens.length - 1
    const to = { ArrowRight: (at ?? -1) + 1, ArrowLeft: (at ?? 1) - 1, Home: 0, End: last }[event.key]
    if (to === undefined) return
    event.preventDefault()
    setAt(Math.min(last, Math.max(0, to)))
  }
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: a list of tokens that is read as one text */}
      <div
        className="answer text-of-model tokens"
        role="group"
        aria-label={`Tokens of ${title}; the arrow keys tell each one’s probability`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys go from token to token
        tabIndex={0}
        onKeyDown={step}
      >
        {tokens.map(({ text, probability }, i) => (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: tokens have nothing but their place
            key={i}
            className={`token level-${probability === null ? 0 : levelOf(probability)}${i === at ? ' is-chosen' : ''}`}
            onPointerEnter={() => setAt(i)}
          >
            {text}
          </span>
        ))}
      </div>
      <p className="tiny muted token-told" aria-live="polite">
        {chosen === undefined ? 'Point at a token, or go along them by the arrow keys.' : tokenWords(chosen)}
      </p>
    </>
  )
}
