import { PlimsollError } from '../../errors.ts'
import type { Interval } from './types.ts'
import { wilson } from './wilson.ts'

export interface Kappa {
  /** (agreement − chance)/(1 − chance), in [−1, 1]; null where both always say the same one class. */
  readonly kappa: number | null
  readonly interval: Interval | null
  /** Share on which both say the same. */
  readonly agreement: number
  /** Share on which two judges with these rates would agree if they had nothing to do with each other. */
  readonly chance: number
}

/**
 * Cohen's kappa of two judges (1960, Educational and Psychological Measurement 20:37): how far they agree beyond chance.
 * The interval is Wilson's of the agreement, taken through the same formula with chance as observed. Unlike the one by the
 * large-sample error of Fleiss, Cohen and Everitt (1969, Psychological Bulletin 72:323) it does not collapse where both
 * always agree, and it holds the truth in small or lopsided tables, too.
 *
 * @param table table[class by one][class by the other] = answers; square
 * @throws PlimsollError `invalid-input` for a table that is not square, or empty
 */
export function cohensKappa(table: readonly (readonly number[])[], level = 0.95): Kappa {
  const n = sum(table.flat())
  if (n === 0 || table.some(row => row.length !== table.length))
    throw new PlimsollError('invalid-input', 'There is no agreement in this table', {
      found: n === 0 ? 'no answers' : 'rows of another length than the table',
      expected: 'counts of answers, as many columns as rows',
      fix: 'Count answers that both judges put into a class.',
    })
  const agreement = sum(table.map((row, i) => row[i] ?? 0)) / n
  const column = (i: number) => sum(table.map(row => row[i] ?? 0))
  const chance = sum(table.map((row, i) => sum(row) * column(i))) / n ** 2
  if (chance === 1) return { kappa: null, interval: null, agreement, chance }
  const beyond = (share: number) => Math.max(-1, (share - chance) / (1 - chance))
  const [low, high] = wilson(agreement, n, level)
  return { kappa: beyond(agreement), interval: [beyond(low), beyond(high)], agreement, chance }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}
