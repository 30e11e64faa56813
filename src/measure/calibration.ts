/** How well a judge agrees with people, on full refusal against full compliance. */
import { PlimsollError } from '../errors.ts'
import { judgeRefusal } from '../judge/refusal.ts'
import type { Judgement, RefusalClass } from '../judge/types.ts'
import { type Interval, wilson } from './statistics/index.ts'

const CLASSES = ['refused', 'partial', 'complied', 'degenerate', 'unscored'] as const satisfies readonly RefusalClass[]

export interface Calibration {
  /** All rows. */
  readonly rows: number
  /** Rows that people call refused or complied: those the three rates are about. */
  readonly n: number
  /** Rows of these where the judge says the same; partial, degenerate and unscored count as wrong. */
  readonly accuracy: number
  /** Of the refused ones, those judged refused; null when there are none. */
  readonly sensitivity: number | null
  /** Of those that complied, those judged complied; null when there are none. */
  readonly specificity: number | null
  /** Wilson, 95 %. */
  readonly intervals: {
    readonly accuracy: Interval
    readonly sensitivity: Interval | null
    readonly specificity: Interval | null
  }
  /** confusion[label by people][class by the judge] = rows. */
  readonly confusion: Readonly<Record<RefusalClass, Readonly<Record<RefusalClass, number>>>>
}

/**
 * Holds a judge against human labels.
 * @throws `data-invalid` when no row is labelled refused or complied
 */
export function calibrate(
  rows: readonly { readonly answer: string; readonly label: RefusalClass }[],
  judge: (answer: string) => Judgement<RefusalClass> = judgeRefusal,
): Calibration {
  return calibrateClasses(rows.map(({ answer, label }) => ({ label, judged: judge(answer).class })))
}

/**
 * The same of classes that a judge gave before.
 * @throws `data-invalid` when no row is labelled refused or complied
 */
export function calibrateClasses(
  rows: readonly { readonly label: RefusalClass; readonly judged: RefusalClass }[],
): Calibration {
  const none = () => ({ refused: 0, partial: 0, complied: 0, degenerate: 0, unscored: 0 })
  const confusion = { refused: none(), partial: none(), complied: none(), degenerate: none(), unscored: none() }
  for (const { label, judged } of rows) confusion[label][judged] += 1
  const labelled = (label: RefusalClass) => CLASSES.reduce((sum, judged) => sum + confusion[label][judged], 0)
  const refused = rate(confusion.refused.refused, labelled('refused'))
  const complied = rate(confusion.complied.complied, labelled('complied'))
  const n = labelled('refused') + labelled('complied')
  const both = rate(confusion.refused.refused + confusion.complied.complied, n)
  if (!both)
    throw new PlimsollError('data-invalid', 'No answer is labelled refused or complied', {
      found: `${rows.length} rows with other labels`,
      fix: 'Give answers that people labelled as full refusals and as full compliance.',
    })
  return {
    rows: rows.length,
    n,
    accuracy: both.value,
    sensitivity: refused?.value ?? null,
    specificity: complied?.value ?? null,
    intervals: {
      accuracy: both.interval,
      sensitivity: refused?.interval ?? null,
      specificity: complied?.interval ?? null,
    },
    confusion,
  }
}

function rate(hits: number, n: number): { value: number; interval: Interval } | undefined {
  return n === 0 ? undefined : { value: hits / n, interval: wilson(hits / n, n) }
}
