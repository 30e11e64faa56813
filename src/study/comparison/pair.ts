/** Pairs the answers of two sides by prompt. */
import { type Answered, type AnsweredSuite, isAsAsked } from './answers.ts'

export interface Pair {
  readonly a: Answered
  readonly b: Answered
}

export interface Pairs {
  readonly both: readonly Pair[]
  readonly onlyA: number
  readonly onlyB: number
  /** Of one name and another text. */
  readonly changed: number
}

/** Same suite, same id, same template, same text. */
export function pairUp(a: AnsweredSuite['answers'], b: AnsweredSuite['answers']): Pairs {
  const both: Pair[] = []
  let [onlyA, changed] = [0, 0]
  for (const [sample, one] of a) {
    const other = b.get(sample)
    if (other === undefined) onlyA += 1
    else if (textOf(one) === textOf(other) && isAsAsked(one) && isAsAsked(other)) both.push({ a: one, b: other })
    else changed += 1
  }
  return { both, onlyA, onlyB: b.size - both.length - changed, changed }
}

function textOf({ item }: Answered): string {
  return item.kind === 'prose' ? item.text : item.request
}
