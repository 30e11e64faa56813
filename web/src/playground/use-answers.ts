/** Both answers: asked at the same moment, so that the server makes them side by side, token by token. */
import { useCallback, useEffect, useRef, useState } from 'react'
import { type Failed, failedBy } from '../api.ts'
import type { Entry, Question } from './setup.ts'
import { type Ended, streamAnswer } from './stream.ts'
import type { AnswerToken } from './token-levels.ts'

export type SideName = 'baseline' | 'steered'

export interface Side {
  /** As they came; their texts make the answer. */
  readonly tokens: readonly AnswerToken[]
  readonly state: 'none' | 'asked' | 'ended' | 'stopped' | 'failed'
  readonly ended: Ended | null
  readonly failed: Failed | null
  /** What it was steered by. */
  readonly steering: readonly Entry[]
}

const none: Side = { tokens: [], state: 'none', ended: null, failed: null, steering: [] }

export interface Answers {
  readonly sides: Readonly<Record<SideName, Side>>
  /** What they answer; null before the first. */
  readonly question: Question | null
  readonly busy: boolean
  readonly ask: (question: Question, stack: readonly Entry[], sides: readonly SideName[]) => void
  readonly stop: () => void
}

export function useAnswers(model: string): Answers {
  const [sides, setSides] = useState<Answers['sides']>({ baseline: none, steered: none })
  const [question, setQuestion] = useState<Question | null>(null)
  const asked = useRef(new Map<SideName, AbortController>())
  const stop = useCallback(() => {
    for (const controller of asked.current.values()) controller.abort()
  }, [])
  useEffect(() => stop, [stop])
  const ask = useCallback(
    (next: Question, stack: readonly Entry[], which: readonly SideName[]) => {
      setQuestion(next)
      for (const name of which) {
        asked.current.get(name)?.abort()
        const controller = new AbortController()
        asked.current.set(name, controller)
        const mine = () => asked.current.get(name) === controller
        const tell = (of: (side: Side) => Partial<Side>) => {
          if (mine()) setSides(all => ({ ...all, [name]: { ...all[name], ...of(all[name]) } }))
        }
        const steering = name === 'baseline' ? [] : stack.filter(({ on, strength }) => on && strength !== 0)
        tell(() => ({ ...none, state: 'asked', steering }))
        const { signal } = controller
        streamAnswer(model, next, steering, {
          signal,
          onToken: token => tell(side => ({ tokens: [...side.tokens, token] })),
        }).then(
          ended => tell(() => ({ state: 'ended', ended })),
          error => tell(() => (signal.aborted ? { state: 'stopped' } : { state: 'failed', failed: failedBy(error) })),
        )
      }
    },
    [model],
  )
  const busy = sides.baseline.state === 'asked' || sides.steered.state === 'asked'
  return { sides, question, busy, ask, stop }
}
