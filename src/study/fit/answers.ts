/** What trained methods make likely: the model's own answers to the rows of a contrast set, and how it took each of them. */
import type { PromptRow } from '../../data/index.ts'
import { promptsSuite } from '../../measure/suites/index.ts'
import type { Study } from '../schema.ts'
import { askUnsteered } from '../unsteered.ts'
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
  study: Study,
  { positive, negative }: Pick<ContrastSet, 'positive' | 'negative'>,
  maxTokens: number,
  onRows: (rows: number) => void,
): Promise<OwnAnswers> {
  // In an order of their own, so that the same rows on other sides are found again.
  const rows = [...new Set([...positive, ...negative])].sort((a, b) => (a.id < b.id ? -1 : 1))
  const suite = 'answers to train on'
  const { items } = promptsSuite(suite, 'efficacy', rows)
  const answered = await askUnsteered(work, study, { suite, items, maxTokens }, onRows)
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
 * The rows whose answer shows what their side stands for: positives that were answered, negatives that were refused, and
 * the other way round for control rows. A positive that was not is answered by the data's own target, where it has one.
 */
export function acceptedAnswers(
  { of }: OwnAnswers,
  { positive, negative }: Pick<ContrastSet, 'positive' | 'negative'>,
  control: ReadonlySet<PromptRow> = new Set(),
): Accepted {
  const accepted = (row: PromptRow, wanted: 'complied' | 'refused'): string | null => {
    const own = of.get(row)
    const shown = control.has(row) ? (wanted === 'complied' ? 'refused' : 'complied') : wanted
    return own?.class === shown ? own.text : null
  }
  const up = positive.flatMap(row => {
    const text = accepted(row, 'complied')
    if (text !== null) return [{ row, text, own: true }]
    return row.target === undefined || control.has(row) ? [] : [{ row, text: row.target, own: false }]
  })
  const down = negative.flatMap(row => {
    const text = accepted(row, 'refused')
    return text === null ? [] : [{ row, text }]
  })
  const targets = up.filter(({ own }) => !own).length
  const borrowed = targets === 0 ? '' : ` (${targets} by the data's targets)`
  return {
    ...onSides(up, down),
    note: `Answers to train on: of ${up.length} of ${positive.length} positives${borrowed} and ${down.length} of ${negative.length} negatives.`,
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
  return onSides(written(positive), written(negative))
}

interface Answered {
  readonly row: PromptRow
  readonly text: string
}

function onSides(up: readonly Answered[], down: readonly Answered[]): Omit<Accepted, 'note'> {
  return {
    set: { positive: up.map(({ row }) => row), negative: down.map(({ row }) => row) },
    answers: { positive: up.map(({ text }) => text), negative: down.map(({ text }) => text) },
  }
}
