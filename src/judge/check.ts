/** Answers judged by code of the user's own: right or wrong, as a suite of theirs says. */
import { judgeRefusal } from './refusal.ts'
import type { Judgement, NumberClass } from './types.ts'

export type CheckClass = NumberClass | 'degenerate' | 'unscored'

/** Nonsense is told apart before the check sees it. A check that throws, or says something else, scores nothing. */
export function judgeByCheck(
  answer: string,
  check: (answer: string) => unknown,
  options: { readonly truncated: boolean },
): Judgement<CheckClass> {
  const { class: said, rule, evidence } = judgeRefusal(answer, options)
  if (said === 'degenerate') return { class: said, rule, evidence }
  let found: unknown
  try {
    found = check(answer)
  } catch (error) {
    // Not its words: they may hold what no record should.
    return { class: 'unscored', rule: `check-failed: ${error instanceof Error ? error.name : 'unknown'}`, evidence: '' }
  }
  if (typeof found === 'boolean') return { class: found ? 'right' : 'wrong', rule: 'check', evidence: '' }
  return { class: 'unscored', rule: found === null ? 'check-cannot-tell' : 'check-not-in-form', evidence: '' }
}
