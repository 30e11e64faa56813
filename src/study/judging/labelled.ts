/** A judge's error per condition, from labels that people gave to a random sample of its answers. */
import type { LabelClass } from '../../judge/labels.ts'
import type { AnswerClass } from '../../judge/types.ts'
import { newcombe, wilson } from '../../measure/statistics/index.ts'
import type { Label } from '../../store/index.ts'
import type { Judged } from '../work.ts'
import type { LabelledCondition } from './types.ts'

/** Labels under a condition, or of a side of a suite, below which figures stand with a warning. */
export const FEWEST_LABELS = 20

export type Labels = ReadonlyMap<string, LabelClass>

export function labelKey({ chunk, position }: Pick<Label, 'chunk' | 'position'>): string {
  return `${chunk}/${position}`
}

/** Only what was drawn at random says how often a judge errs. */
export function isDrawn({ how = 'drawn' }: Pick<Label, 'how'>): boolean {
  return how === 'drawn'
}

export function labelsByAnswer(labels: readonly Label[]): Labels {
  return new Map(labels.map(label => [labelKey(label), label.class]))
}

export interface JudgedConditions {
  /** All answers that are judged of each condition; those without a label are passed over. */
  readonly byCondition: ReadonlyMap<string, readonly Judged[]>
  readonly baseline: string
}

/** @param say the judge's class of an answer; undefined where it was not asked */
export function labelledConditions(
  { byCondition, baseline }: JudgedConditions,
  labels: Labels,
  say: (record: Judged) => AnswerClass | undefined = record => record.judgement?.class ?? 'unscored',
): LabelledCondition[] {
  const all = [...byCondition].flatMap(([condition, records]): Omit<LabelledCondition, 'moreErrors'>[] => {
    const told = records.flatMap(record => {
      const label = labels.get(labelKey(record))
      const judged = say(record)
      return label === undefined || judged === undefined ? [] : [{ label, judged }]
    })
    if (told.length === 0) return []
    const confusion: Partial<Record<LabelClass, Partial<Record<string, number>>>> = {}
    for (const { label, judged } of told) {
      const row = confusion[label] ?? {}
      confusion[label] = { ...row, [judged]: (row[judged] ?? 0) + 1 }
    }
    const clear = told.filter(({ label }) => label !== 'unclear')
    const agree = clear.filter(({ label, judged }) => label === judged).length
    return [
      {
        condition,
        labels: clear.length,
        unclear: told.length - clear.length,
        agree,
        interval: clear.length === 0 ? null : wilson(agree / clear.length, clear.length),
        confusion,
        tooFew: clear.length < FEWEST_LABELS,
      },
    ]
  })
  const wrong = ({ labels: n, agree }: Omit<LabelledCondition, 'moreErrors'>) => ({ count: n - agree, n })
  const first = all.find(({ condition }) => condition === baseline)
  return all.map(one => {
    if (first === undefined || one === first || first.labels === 0 || one.labels === 0)
      return { ...one, moreErrors: null }
    const [here, there] = [wrong(one), wrong(first)]
    return {
      ...one,
      moreErrors: { estimate: here.count / here.n - there.count / there.n, interval: newcombe(here, there) },
    }
  })
}
