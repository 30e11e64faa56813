/** Questions that memory and a passage answer differently, under what stands before them. */
import type { ConflictRow, TwoAnswers } from '../../../data/index.ts'
import type { AxisName } from '../../types.ts'
import type { AnswerItem, ChoiceItem, Question, Suite } from '../types.ts'
import { articleOf, type Distractors } from './distractors.ts'
import { conflictPrompt, probePrompt } from './prompts.ts'
import { conflictProperty, type Given } from './properties.ts'

/** How it is told whose answer is given: by the words of the model's answer, or by which of the two is likelier. */
export type By = 'answer' | 'likelihood'

export interface ConflictSuiteSpec {
  readonly set: string
  readonly name: string
  readonly axis: AxisName
  readonly given: Given
  readonly by: By
  /** Questions, of those that the model knows; all by default. */
  readonly most?: number | undefined
  readonly extra: boolean
}

/** Irrelevant passages that the arrangements need. */
export const IRRELEVANT = 2

interface Asked {
  /** What stands before the question, in a word or two. */
  readonly arrangement?: string
  readonly passages: readonly string[]
}

/** @param distractors one for each row; needed where they are given */
export function conflictSuite(
  spec: ConflictSuiteSpec,
  rows: readonly ConflictRow[],
  distractors: readonly (Distractors | undefined)[] = [],
): Suite {
  const { set, name, axis, given, by, most, extra } = spec
  const wanted = given === 'contradiction' || given === 'contradiction-among-distractors' ? 'context' : 'memory'
  const items = rows.flatMap((row, i) =>
    arrangementsOf(given, row, distractors[i], i).map(asked => itemOf(spec, row, asked, wanted)),
  )
  return {
    name,
    axis,
    ...conflictProperty(given),
    want: by === 'likelihood' ? 'right' : wanted,
    chance: by === 'likelihood' ? 0.5 : null,
    grid: false,
    extra,
    harmful: false,
    items,
    questions: rows.map(row => questionOf(set, row, by)),
    ...(most !== undefined && { most }),
  }
}

/** What the model has to know for a row to be asked. */
export function questionOf(set: string, row: ConflictRow, by: By): Question {
  return { key: keyOf(set, row, by), set, by, request: probePrompt(row), answers: answersOf(row) }
}

export function keyOf(set: string, { id }: Pick<ConflictRow, 'id'>, by: By): string {
  return by === 'answer' ? `${set} ${id}` : `${set} ${id} by likelihood`
}

function answersOf({ memory, context }: ConflictRow): TwoAnswers {
  return { memory, context }
}

function itemOf(
  { set, by }: ConflictSuiteSpec,
  row: ConflictRow,
  { arrangement, passages }: Asked,
  wanted: keyof TwoAnswers,
): AnswerItem | ChoiceItem {
  const shared = {
    sample: arrangement === undefined ? row.id : `${arrangement}/${row.id}`,
    category: arrangement ?? row.category,
    clusters: { article: articleOf(row) },
    question: keyOf(set, row, by),
    request: conflictPrompt(row.question, passages),
  }
  if (by === 'answer') return { kind: 'answer', ...shared, answers: answersOf(row) }
  const [context = '', memory = ''] = [row.context[0], row.memory[0]]
  return {
    kind: 'choice',
    ...shared,
    continuations: [context, memory],
    answer: wanted === 'context' ? 0 : 1,
    by: 'text',
  }
}

function arrangementsOf(
  given: Given,
  row: ConflictRow,
  found: Distractors | undefined,
  place: number,
): readonly Asked[] {
  const { passage, golden } = row
  switch (given) {
    case 'nothing':
      return [{ passages: [] }]
    case 'contradiction':
      return [{ passages: [passage] }]
    case 'golden':
      return golden === undefined ? [] : [{ passages: [golden] }]
    case 'distractors': {
      if (found === undefined) return []
      const [one = '', two = ''] = found.irrelevant
      const { misleading } = found
      return [
        { arrangement: 'irrelevant alone', passages: [one] },
        { arrangement: 'misleading alone', passages: [misleading] },
        { arrangement: 'misleading before', passages: [misleading, one] },
        { arrangement: 'misleading after', passages: [one, misleading] },
        { arrangement: 'misleading among', passages: [one, misleading, two] },
      ]
    }
    case 'contradiction-among-distractors': {
      if (found === undefined) return []
      const others = [found.misleading, ...found.irrelevant.slice(0, 1)]
      const at = place % 3
      const arrangement = ['passage first', 'passage in the middle', 'passage last'][at] ?? ''
      return [{ arrangement, passages: others.toSpliced(at, 0, passage) }]
    }
  }
}
