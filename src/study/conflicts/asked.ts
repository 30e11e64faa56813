/** Of questions whose answer the model has to know: which there are, and what is left of a suite once that is told. */
import type { Item, Question, Suite } from '../../measure/suites/index.ts'
import type { FitRows, SelectRows } from '../split-rows.ts'

/** Tokens of an answer to a question of a few words. */
export const KNOWLEDGE_TOKENS = 24

/** What was found out of one set. */
export interface Knowledge {
  readonly set: string
  readonly by: Question['by']
  readonly asked: number
  readonly known: number
}

export interface Questioning {
  readonly suites: readonly Suite[]
  readonly fit: FitRows
  readonly select: SelectRows
}

/** Every question of a plan once, by the name under which its answers are kept. */
export function questionsOf({ suites, fit, select }: Questioning): ReadonlyMap<string, readonly Question[]> {
  const all = [
    ...suites.flatMap(({ questions = [] }) => questions),
    ...(fit.questions ?? []),
    ...(select.questions ?? []),
  ]
  const once = new Map(all.map(question => [question.key, question]))
  return Map.groupBy(once.values(), ({ set, by }) => `knowledge of ${set}${by === 'answer' ? '' : ' by likelihood'}`)
}

/** The rows of the first `most` questions, of those that are known; of all, where that is not told. */
export function askedOf(suite: Suite, known?: ReadonlySet<string>): Suite {
  const { questions, most, items } = suite
  if (questions === undefined) return suite
  const asked = questions.filter(({ key }) => known === undefined || known.has(key)).slice(0, most)
  const keys = new Set(asked.map(({ key }) => key))
  const isAsked = ({ question }: Item) => question !== undefined && keys.has(question)
  return { ...suite, questions: asked, items: items.filter(isAsked) }
}
