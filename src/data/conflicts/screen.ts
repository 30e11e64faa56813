/** Rows on which it cannot be told where an answer comes from. */
import { isTelling, names } from '../answers.ts'
import type { ConflictRow, Kind, RowsOf } from '../types.ts'

const reasons: readonly Readonly<{ why: string; is: (row: ConflictRow) => boolean }>[] = [
  {
    why: 'an answer is nothing but function words',
    is: ({ memory, context, said }) => said !== 'otherwise' && !(memory.some(isTelling) && context.some(isTelling)),
  },
  {
    why: 'the question names one of its answers',
    is: ({ question, memory, context, said }) => said !== 'otherwise' && names(question, [...memory, ...context]),
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

/** A row without the names of its answers that any text would say by chance: one that has no others is leaky. */
export function withTellingNames<Row extends RowsOf<Kind>>(row: Row): Row {
  if (!('passage' in row) || row.said === 'otherwise') return row
  return { ...row, memory: row.memory.filter(isTelling), context: row.context.filter(isTelling) }
}
