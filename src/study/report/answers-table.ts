/** What the answers of each condition look like: for page and Markdown alike. */
import type { ConditionResult } from '../result.ts'
import { count, percent } from './format.ts'
import type { Table } from './table.ts'
import { sortedConditions } from './words.ts'

export const answersNote =
  'Answers to plain prompts, described; no part of the verdict. Repeated: share of runs of four words that stood in the answer before. Compressed: bytes left by deflate. Same script: share of letters in the script of the baseline’s answer. Same language: share of answers in its language, where both can be told.'

/** Null for results of a version that did not describe them. */
export function answersTable(conditions: readonly ConditionResult[]): Table | null {
  const rows = sortedConditions(conditions).flatMap(({ name, answers }) => {
    if (answers === undefined || answers === null) return []
    const { repetition, compressed, sameScript, sameLanguage = null } = answers
    const shares = [repetition, compressed, sameScript, sameLanguage].map(share =>
      share === null ? '–' : percent(share),
    )
    return [[name, count(answers.answers), answers.tokens.toFixed(0), ...shares]]
  })
  if (rows.length === 0) return null
  return {
    title: 'What answers look like',
    heads: ['condition', 'answers', 'tokens', 'repeated', 'compressed', 'same script', 'same language'],
    right: [false, true, true, true, true, true, true],
    rows,
  }
}
