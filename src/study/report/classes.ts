/** Whose answer was given where context and memory contradict each other, as a table. */
import type { ConditionResult, StudyResult } from '../result.ts'
import { count, percent } from './format.ts'
import type { Table } from './table.ts'
import { sortedConditions } from './words.ts'

/** A row a suite and condition, in numbers of answers; null for a study without such questions. */
export function classesTable(conditions: readonly ConditionResult[]): Table | null {
  const shown = sortedConditions(conditions).filter(({ classes = [] }) => classes.length > 0)
  const suites = new Set(shown.flatMap(({ classes = [] }) => classes.map(({ suite }) => suite)))
  if (suites.size === 0) return null
  return {
    title: 'Whose answer',
    heads: ['suite', 'condition', 'context', 'memory', 'both', 'neither', 'degenerate', 'unscored', 'the name alone'],
    right: [false, false, true, true, true, true, true, true, true],
    rows: [...suites].flatMap(suite =>
      shown.flatMap(({ name, classes = [] }) =>
        classes
          .filter(one => one.suite === suite)
          .map(({ counts, exact }) => [
            suite,
            name,
            ...[counts.context, counts.memory, counts.both, counts.neither, counts.degenerate, counts.unscored].map(n =>
              count(n),
            ),
            count(exact),
          ]),
      ),
    ),
  }
}

export const classesNote =
  'Numbers of answers, by the names that stand in them after SQuAD’s normalisation. The last column counts answers that are a name of their class and nothing else, as exact match does.'

/** `The model knew 120 of 400 questions of counterfact …`; null for a study without such questions. */
export function knowledgeSentence({ knowledge }: Pick<StudyResult, 'knowledge'>): string | null {
  if (knowledge === null || knowledge === undefined || knowledge.length === 0) return null
  const told = knowledge.map(
    ({ set, by, asked, known }) =>
      `${count(known)} of ${count(asked)} (${percent(known / asked)}) of ${set}${by === 'likelihood' ? ' by likelihood' : ''}`,
  )
  return `Asked only what the model knows: without a context, and under another prompt than the measured ones, it answered as memory does ${told.join(', ')}.`
}
