/**
 * The last number of an answer, found and compared as by lm-evaluation-harness's `gsm8k` under `flexible-extract`
 * (`lm_eval/tasks/gsm8k/gsm8k.yaml`), so that rows can be held against its own. Numbers are compared as they are written,
 * without `,`, `$` and a final dot: `18.00` is not 18 there, and not here.
 */
import type { Judgement, NumberClass } from './types.ts'

const numbers = /-?[$0-9.,]{2,}|-?[0-9]+/g

export interface NumberJudgement extends Judgement<NumberClass> {
  /** `no-number`: nothing like one stands in the answer. `not-a-number`: the last thing like one has no digit. */
  readonly rule: 'last-number' | 'no-number' | 'not-a-number'
}

/** @param expected the right number, as it is written */
export function judgeNumber(answer: string, expected: string): NumberJudgement {
  const last = answer.match(numbers)?.at(-1)
  if (last === undefined) return { class: 'wrong', rule: 'no-number', evidence: answer.trim().slice(0, 40) }
  const right = plain(last) === plain(expected)
  if (!/\d/.test(last)) return { class: 'wrong', rule: 'not-a-number', evidence: last.slice(0, 40) }
  return { class: right ? 'right' : 'wrong', rule: 'last-number', evidence: last.slice(0, 40) }
}

function plain(number: string): string {
  return number.replaceAll(/[,$]/g, '').replace(/\.$/, '')
}
