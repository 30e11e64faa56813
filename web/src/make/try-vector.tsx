/** A vector that was just made: one prompt, answered without it and with it. */

import { useState } from 'react'
import type { VectorInfo } from '../../../src/serve/vectors/info.ts'
import type { ServedModel } from '../../../src/serve/viewer/wire.ts'
import { strongest } from '../../../src/steer/strength.ts'
import { AnswerPair } from '../playground/answers.tsx'
import { NumberBox } from '../playground/number-box.tsx'
import { QuestionForm } from '../playground/question-form.tsx'
import { setupPath, usualTokens } from '../playground/setup.ts'
import { useAnswers } from '../playground/use-answers.ts'
import { useWritten } from '../use-written.ts'

interface Props {
  readonly model: ServedModel
  readonly vector: VectorInfo
  readonly strength: number
  readonly onStrength: (strength: number) => void
}

export function TryVector({ model, vector: { name }, strength, onStrength }: Props) {
  const answers = useAnswers(model.name)
  const [prompt, writePrompt] = useWritten('try')
  const [rest, setRest] = useState({
    system: '',
    tokens: Math.min(usualTokens, model.maxTokens),
    harmful: false,
    shaded: false,
  })
  const setup = { ...rest, prompt, stack: [{ name, strength, on: true }] }
  const [askedAt, setAskedAt] = useState(strength)
  const { question } = answers
  const asked =
    question?.prompt === prompt &&
    question.system === rest.system &&
    question.tokens === rest.tokens &&
    askedAt === strength
  return (
    <section aria-labelledby="try-title" className="try playground">
      <h2 id="try-title">Try it</h2>
      <p className="picker">
        <span aria-hidden="true">strength</span>
        <NumberBox
          label="Strength"
          value={strength}
          min={-strongest}
          max={strongest}
          step={0.25}
          onChange={onStrength}
        />
      </p>
      <QuestionForm
        setup={setup}
        model={model}
        busy={answers.busy}
        onChange={({ prompt: written, ...others }) => {
          if (written !== undefined) writePrompt(written)
          setRest(before => ({ ...before, ...others }))
        }}
        onAsk={() => {
          setAskedAt(strength)
          answers.ask({ ...rest, prompt }, setup.stack, ['baseline', 'steered'])
        }}
        onStop={answers.stop}
      />
      <AnswerPair
        answers={answers}
        current={asked}
        shaded={rest.shaded}
        onShade={shaded => setRest(before => ({ ...before, shaded }))}
      />
      <p className="small">
        <a href={setupPath(setup)}>With others, in the Playground</a>
      </p>
    </section>
  )
}
