/** What a finding of the paper is held against: results of this project, never a confirmation. */
import type { Interval } from '../../src/measure/statistics/index.ts'
import type { StudyResult } from '../../src/study/result.ts'

/** On another model than the paper's nothing is confirmed: the change points the same way, or it does not. */
export type Agreement = 'same sign' | 'opposite' | 'undecided on this model' | 'cannot be told'

export interface Outcome {
  readonly agreement: Agreement
  /** What was found, with its figures. */
  readonly found: string
}

export interface Finding {
  /** In our words, after docs of the paper (Goyal and Daumé 2026, arXiv 2602.06256). */
  readonly said: string
  /** When it counts as what: fixed before any run. */
  readonly rule: string
  readonly hold: (result: StudyResult) => Outcome
}

/** A figure with its interval. */
export interface Estimate {
  readonly name: string
  readonly estimate: number
  readonly interval: Interval
}

/** `+12 [+3, +21]`, in points. */
export function told({ estimate, interval }: Omit<Estimate, 'name'>): string {
  return `${points(estimate)} [${interval.map(points).join(', ')}]`
}

export function points(share: number): string {
  const text = Math.abs(100 * share).toFixed(0)
  return Number(text) === 0 ? '0' : `${share < 0 ? '−' : '+'}${text}`
}
