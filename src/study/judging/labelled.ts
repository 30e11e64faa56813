/** The judge's error per condition, from labels that people gave to a random sample of its answers. */
import { wilson } from '../../measure/statistics/index.ts'
import type { Label, LabelClass } from '../../store/index.ts'
import type { Judged } from '../work.ts'
import type { LabelledCondition } from './types.ts'

/** Labels under a condition, or of a side of a suite, below which figures stand with a warning. */
export const FEWEST_LABELS = 20

export type Labels = ReadonlyMap<string, LabelClass>

export function labelKey({ chunk, position }: Pick<Label, 'chunk' | 'position'>): string {
  return `${chunk}/${position}`
}

export function labelsByAnswer(labels: readonly Label[]): Labels {
  return new Map(labels.map(label => [labelKey(label), label.class]))
}

/** @param byCondition all answers in words of each condition; those without a label are passed over */
export function labelledConditions(
  byCondition: ReadonlyMap<string, readonly Judged[]>,
  labels: Labels,
): LabelledCondition[] {
  return [...byCondition].flatMap(([condition, records]) => {
    const told = records.flatMap(record => {
      const label = labels.get(labelKey(record))
      return label === undefined ? [] : [{ label, judged: record.judgement?.class ?? 'unscored' }]
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
}
