import { useEffect, useRef } from 'react'
import type { ServedModel } from '../../../src/serve/viewer/wire.ts'
import { AnswerPair } from './answers.tsx'
import { QuestionForm } from './question-form.tsx'
import type { Entry, Question } from './setup.ts'
import { useAnswers } from './use-answers.ts'
import { useSetup } from './use-setup.ts'
import { VectorStack } from './vector-stack.tsx'

/** Milliseconds that a slider rests before the steered side is asked anew. */
const rest = 300

export function Playground({ model, address }: { readonly model: ServedModel; readonly address: URL }) {
  const { setup, kept, change } = useSetup(address)
  const answers = useAnswers(model.name)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  const current = answers.question !== null && sameQuestion(answers.question, setup)
  const askBoth = () => {
    clearTimeout(timer.current)
    answers.ask(questionOf(setup), setup.stack, ['baseline', 'steered'])
  }
  /** Another strength changes nothing of the model's own answer. */
  const restack = (stack: readonly Entry[]) => {
    change({ stack })
    clearTimeout(timer.current)
    if (current) timer.current = setTimeout(() => answers.ask(questionOf(setup), stack, ['steered']), rest)
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
        <VectorStack stack={setup.stack} onChange={restack} />
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
