/**
 * Multiple choice as text that a model goes on with: worked examples, then the question, no chat template. The words are
 * those of lm-evaluation-harness 0.4 (`lm_eval/tasks/mmlu`, `arc`, `hellaswag`), so that rows can be held against its own.
 */
import type { ChoiceRow } from '../../data/index.ts'
import type { AxisName } from '../types.ts'
import { type ChoiceFormat, choiceSuiteOf, letter } from './choice.ts'
import type { ChoiceItem, Suite } from './types.ts'

/** The examples that stand before a row. */
export type Examples<Row> = (row: Row) => readonly Row[]

/**
 * `letters`: options in the question, a letter the answer, as in MMLU. `text`: the option is the answer, as in ARC.
 * `completion`: the option goes on where the text stops, as in HellaSwag. The last two by log-likelihood per character.
 * Rows of one category follow each other, since they share their examples.
 */
export function continuedChoiceSuite(
  name: string,
  axis: AxisName,
  rows: readonly ChoiceRow[],
  { format, examples }: { readonly format: ChoiceFormat; readonly examples: Examples<ChoiceRow> },
): Suite {
  const grouped = [...Map.groupBy(rows, row => row.category).values()].flat()
  const items = grouped.map((row): ChoiceItem => {
    const shown = examples(row).map(example => `${asked[format](example)} ${said[format](example)}\n\n`)
    return {
      kind: 'choice',
      sample: row.id,
      category: row.category,
      clusters: {},
      answer: row.answer,
      request: [format === 'letters' ? topic(row) : '', ...shown, asked[format](row)].join(''),
      continuations: row.choices.map((choice, i) => (format === 'letters' ? letter(i) : choice)),
      by: format === 'letters' ? 'token' : 'characters',
      raw: true,
    }
  })
  return choiceSuiteOf(name, axis, items)
}

const asked: Readonly<Record<ChoiceFormat, (row: ChoiceRow) => string>> = {
  letters: ({ question, choices }) =>
    `${question.trim()}\n${choices.map((choice, i) => `${letter(i)}. ${choice}`).join('\n')}\nAnswer:`,
  text: ({ question }) => `Question: ${question}\nAnswer:`,
  completion: ({ question }) => question,
}

const said: Readonly<Record<ChoiceFormat, (row: ChoiceRow) => string>> = {
  letters: ({ answer }) => letter(answer),
  text: ({ choices, answer }) => choices[answer] ?? '',
  completion: ({ choices, answer }) => choices[answer] ?? '',
}

function topic({ category }: ChoiceRow): string {
  if (category === undefined) return ''
  return `The following are multiple choice questions (with answers) about ${category.replaceAll('_', ' ')}.\n\n`
}
