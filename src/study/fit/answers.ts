/** What trained methods make likely: the model's own answers to the rows of a contrast set, and how it took each of them. */
import type { PromptRow } from '../../data/index.ts'
import { promptsSuite } from '../../measure/suites/index.ts'
import type { Study } from '../schema.ts'
import type { Work } from '../work.ts'
import type { ContrastSet } from './contrast.ts'

export interface OwnAnswers {
  /** By row; null where nothing was written. */
  readonly of: ReadonlyMap<PromptRow, OwnAnswer>
}

interface OwnAnswer {
  readonly text: string | null
  readonly class: 'refused' | 'complied' | 'other'
}

/** Answers every row once, cut at `maxTokens`, and judges it. */
export async function ownAnswers(
  work: Work,
  { system, slots, chunk }: Study,
  { positive, negative }: Pick<ContrastSet, 'positive' | 'negative'>,
  maxTokens: number,
  onRows: (rows: number) => void,
): Promise<OwnAnswers> {
  // In an order of their own, so that the same rows on other sides are found again.
  const rows = [...new Set([...positive, ...negative])].sort((a, b) => (a.id < b.id ? -1 : 1))
  const { items } = promptsSuite('answers to train on', 'efficacy', rows)
  const job = { stage: 'fit', condition: 'baseline', suite: 'answers to train on', items, maxTokens, chunk } as const
  const answered = await work.all({ ...job, setting: { steering: [], system, slots } }, onRows)
  return {
    of: new Map(
      rows.map((row, i) => {
        const { answer = '', judgement = null } = answered[i] ?? {}
        const said = judgement?.class
        const text = answer.trim() === '' ? null : answer
        return [row, { text, class: said === 'refused' || said === 'complied' ? said : 'other' }]
      }),
    ),
  }
}

export interface Accepted {
  readonly set: Pick<ContrastSet, 'positive' | 'negative'>
  readonly answers: { readonly positive: readonly string[]; readonly negative: readonly string[] }
  /** What was kept on each side, in a sentence. */
  readonly note: string
}

/**
 * The rows whose answer shows what their side stands for: positives that were answered, negatives that were refused. A
 * positive that was not is answered by the data's own target, where it has one.
 */
export function acceptedAnswers(
  { of }: OwnAnswers,
  { positive, negative }: Pick<ContrastSet, 'positive' | 'negative'>,
): Accepted {
  const answered = positive.flatMap(row => {
    const own = of.get(row)
    if (own?.class === 'complied' && own.text !== null) return [{ row, text: own.text, own: true }]
    return row.target === undefined ? [] : [{ row, text: row.target, own: false }]
  })
  const refused = negative.flatMap(row => {
    const own = of.get(row)
    return own?.class === 'refused' && own.text !== null ? [{ row, text: own.text }] : []
  })
  const targets = answered.filter(({ own }) => !own).length
  return {
    set: { positive: answered.map(({ row }) => row), negative: refused.map(({ row }) => row) },
    answers: { positive: answered.map(({ text }) => text), negative: refused.map(({ text }) => text) },
    note: `Answers to train on: ${answered.length} of ${positive.length} positives ${targets === 0 ? 'were answered' : `(${targets} by the data's targets)`}, ${refused.length} of ${negative.length} negatives refused.`,
  }
}

/** Every row with what the model wrote, whatever that is: for sides that stand for nothing. */
export function anyAnswers(
  { of }: OwnAnswers,
  { positive, negative }: Pick<ContrastSet, 'positive' | 'negative'>,
): Omit<Accepted, 'note'> {
  const written = (rows: readonly PromptRow[]) =>
    rows.flatMap(row => {
      const text = of.get(row)?.text ?? row.target
      return text === undefined || text === null ? [] : [{ row, text }]
    })
  const [up, down] = [written(positive), written(negative)]
  return {
    set: { positive: up.map(({ row }) => row), negative: down.map(({ row }) => row) },
    answers: { positive: up.map(({ text }) => text), negative: down.map(({ text }) => text) },
  }
}
