import { useEffect, useMemo, useRef } from 'react'
import type { ServedModel } from '../../../src/serve/viewer/wire.ts'
import { withoutMissing } from './acting.ts'
import { AnswerPair } from './answers.tsx'
import { QuestionForm } from './question-form.tsx'
import type { Entry, Question } from './setup.ts'
import { useAnswers } from './use-answers.ts'
import { useSetup } from './use-setup.ts'
import { useVectors } from './use-vectors.ts'
import { VectorStack } from './vector-stack.tsx'

/** Milliseconds that a slider rests before the steered side is asked anew. */
const rest = 300

export function Playground({ model, address }: { readonly model: ServedModel; readonly address: URL }) {
  const { setup, kept, change } = useSetup(address)
  const names = setup.stack.map(({ name }) => name).join(',')
  const wanted = useMemo(() => names.split(',').filter(Boolean), [names])
  const vectors = useVectors(wanted)
  const answers = useAnswers(model.name)
  // One that was just added may come from the store while the slider rests.
  const known = useRef(vectors)
  known.current = vectors
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  const current = answers.question !== null && sameQuestion(answers.question, setup)
  const askBoth = () => {
    clearTimeout(timer.current)
    answers.ask(questionOf(setup), withoutMissing(setup.stack, vectors), ['baseline', 'steered'])
  }
  /** Another strength changes nothing of the model's own answer. */
  const restack = (stack: readonly Entry[]) => {
    change({ stack })
    clearTimeout(timer.current)
    const ask = () => answers.ask(questionOf(setup), withoutMissing(stack, known.current), ['steered'])
    if (current) timer.current = setTimeout(ask, rest)
  }
  return (
    <div className="playground">
      <p className="small muted">
        {model.name}, {model.architecture}, {model.layers} layers, {model.quantisation}
      </p>
      <QuestionForm
        setup={setup}
        model={model}
        busy={answers.busy}
        onChange={change}
        onAsk={askBoth}
        onStop={answers.stop}
      />
      {!kept && (
        <p className="small text">
          Prompt and system message are too long for an address: a link to this page would lack them.
        </p>
      )}
      <div className="bench">
        <VectorStack stack={setup.stack} state={vectors} onChange={restack} />
        <AnswerPair answers={answers} current={current} shaded={setup.shaded} onShade={shaded => change({ shaded })} />
      </div>
    </div>
  )
}

function questionOf({ prompt, system, tokens, harmful }: Question): Question {
  return { prompt, system, tokens, harmful }
}

function sameQuestion(a: Question, b: Question): boolean {
  return a.prompt === b.prompt && a.system === b.system && a.tokens === b.tokens
}
