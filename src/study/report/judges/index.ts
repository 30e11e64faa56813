/** What a report says of the judges, as sentences and tables for page, Markdown and terminal alike. */
import type { StudyResult } from '../../result.ts'
import { agreementTables, disagreementTable } from './beside.ts'
import { gradedTable } from './grades.ts'
import { correctedTable, errorTable, fooledSentences, labelledSentence, otherErrorsTable } from './labels.ts'
import type { JudgeTable } from './table.ts'

export interface JudgeText {
  readonly sentences: readonly string[]
  readonly tables: readonly JudgeTable[]
}

/** Null for results of versions that did not keep it. */
export function judgeText({ judge }: Pick<StudyResult, 'judge'>): JudgeText | null {
  if (judge === undefined) return null
  const tables = [
    disagreementTable(judge),
    ...agreementTables(judge),
    errorTable(judge),
    otherErrorsTable(judge),
    correctedTable(judge),
    ...judge.graded.map(gradedTable),
  ]
  return {
    sentences: [
      `Answers are judged by the rules ${judge.rules}; they alone decide the verdict.`,
      ...(judge.graders.length === 0
        ? []
        : [`Beside them, no part of the verdict: ${judge.graders.map(({ name }) => name).join(', ')}.`]),
      judge.labelled === null
        ? 'Nobody labelled answers of this run, so the judge’s error on them is not known: plimsoll judge annotate.'
        : labelledSentence(judge.labelled),
      ...fooledSentences(judge.labelled),
    ],
    tables: tables.filter(table => table !== null),
  }
}

/** What belongs on the screen: whether labels bear the verdict out. */
export function judgeSentences({ judge }: Pick<StudyResult, 'judge'>): string[] {
  return judge?.labelled ? [labelledSentence(judge.labelled)] : []
}
