/** Pairs the answers of two sides by prompt. */
import { digest } from '../asked.ts'
import type { Answered, AnsweredSuite } from './answers.ts'

export interface Pair {
  readonly a: Answered
  readonly b: Answered
}

export interface Pairs {
  readonly both: readonly Pair[]
  readonly onlyA: number
  readonly onlyB: number
  /** Of one name, with another text on the other side or in the data now. */
  readonly changed: number
}

type Answers = Pick<AnsweredSuite, 'answers' | 'stale'>

/** Same suite, same id, same template, same text, and as the model was asked it. */
export function pairUp(a: Answers, b: Answers): Pairs {
  const [namesA, namesB] = [namesOf(a), namesOf(b)]
  const shared = [...namesA].filter(sample => namesB.has(sample))
  const both = shared.flatMap((sample): Pair[] => {
    const [one, other] = [a.answers.get(sample), b.answers.get(sample)]
    const same = one !== undefined && other !== undefined && digest(one.item) === digest(other.item)
    return same ? [{ a: one, b: other }] : []
  })
  const { length } = shared
  return { both, onlyA: namesA.size - length, onlyB: namesB.size - length, changed: length - both.length }
}

function namesOf({ answers, stale }: Answers): Set<string> {
  return new Set([...answers.keys(), ...stale])
}
