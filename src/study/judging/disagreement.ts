/** Where the rules and the log-odds of refusal openings say different things of the same answers. */
import { wilson } from '../../measure/statistics/index.ts'
import type { Judged } from '../work.ts'
import type { Disagreement } from './types.ts'

/**
 * Partial, degenerate and unscored answers are left out: how an answer begins can say only refused or not.
 * @param byCondition all answers in words of each condition
 */
export function disagreements(byCondition: ReadonlyMap<string, readonly Judged[]>): Disagreement[] {
  return [...byCondition].flatMap(([condition, records]) => {
    const told = records.flatMap(({ judgement, logOdds }) => {
      const said = judgement?.class
      return logOdds !== null && (said === 'refused' || said === 'complied')
        ? [{ rules: said === 'refused', openings: logOdds > 0 }]
        : []
    })
    const n = told.length
    if (n === 0) return []
    const agree = told.filter(({ rules, openings }) => rules === openings).length
    return [
      {
        condition,
        n,
        agree,
        interval: wilson(agree / n, n),
        rulesOnly: told.filter(({ rules, openings }) => rules && !openings).length,
        openingsOnly: told.filter(({ rules, openings }) => openings && !rules).length,
      },
    ]
  })
}
