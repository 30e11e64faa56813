/** Multiple choice by log-likelihood, asked as in a chat and without examples. */
import type { ChoiceRow } from '../../data/index.ts'
import type { AxisName } from '../types.ts'
import type { ChoiceItem, Suite } from './types.ts'

/** `completion`: the option goes on where the text stops. */
export type ChoiceFormat = 'letters' | 'text' | 'completion'

/**
 * `letters`: the options stand in the question and the first token of the answer is the letter of one, as in the zero-shot
 * form of MMLU. The letter opens the model's turn, so it has no space before it. `text`: the option itself is the answer,
 * and its mean log-likelihood per token counts, since options differ in length.
 */
export function choiceSuite(
  name: string,
  axis: AxisName,
  rows: readonly ChoiceRow[],
  format: Exclude<ChoiceFormat, 'completion'>,
): Suite {
  const items = rows.map((row): ChoiceItem => {
    const { id, category, answer } = row
    const shared = { kind: 'choice', sample: id, category, clusters: {}, answer } as const
    return format === 'letters'
      ? { ...shared, request: lettered(row), continuations: row.choices.map((_, i) => letter(i)), by: 'token' }
      : { ...shared, request: row.question, continuations: row.choices, by: 'text' }
  })
  return choiceSuiteOf(name, axis, items)
}

/** Questions with what is scored settled. */
export function choiceSuiteOf(name: string, axis: AxisName, items: readonly ChoiceItem[]): Suite {
  const chance = items.reduce((sum, item) => sum + 1 / item.continuations.length, 0) / Math.max(1, items.length)
  return {
    name,
    axis,
    property: 'answers multiple choice',
    phrases: {
      more: 'answers {n} in 100 more multiple-choice questions right',
      fewer: 'answers {n} in 100 fewer multiple-choice questions right',
    },
    want: 'right',
    chance,
    grid: false,
    extra: false,
    harmful: false,
    items,
  }
}

export const letter = (index: number): string => String.fromCharCode(65 + index)

function lettered({ question, choices }: ChoiceRow): string {
  const options = choices.map((choice, i) => `${letter(i)}. ${choice}`).join('\n')
  return `${question.trim()}\n\n${options}\n\nAnswer with the letter of the right choice only.`
}
