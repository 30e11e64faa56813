/** Rows on which it cannot be told where an answer comes from. */
import { names } from '../answers.ts'
import type { ConflictRow } from '../types.ts'

const reasons: readonly Readonly<{ why: string; is: (row: ConflictRow) => boolean }>[] = [
  {
    why: 'the question names one of its answers',
    is: ({ question, memory, context, said }) => said === 'in words' && names(question, [...memory, ...context]),
  },
  {
    why: 'the two answers name the same',
    is: ({ memory, context }) => memory.some(name => names(name, context)) || context.some(name => names(name, memory)),
  },
  { why: 'the passage still says memory’s answer', is: ({ passage, memory }) => names(passage, memory) },
  {
    why: 'the passage does not say its own answer',
    is: ({ passage, context, said }) => said === 'in words' && !names(passage, context),
  },
]

/** Why a row is leaky: the first reason that holds; undefined for one that is not. */
export function leakOf(row: ConflictRow): string | undefined {
  return reasons.find(({ is }) => is(row))?.why
}
