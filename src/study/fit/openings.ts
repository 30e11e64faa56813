/**
 * How this model begins a refusal, measured and never assumed, and from it the log-odds that a prompt will be refused
 * (Arditi et al. 2024, arXiv 2406.11717: the probability of refusal tokens at the first position of the answer).
 */
import type { AnswerClass } from '../../judge/types.ts'

export interface Opening {
  /** First token of the answer. */
  readonly token: number
  readonly class: AnswerClass
}

/** Refusals from which their openings can be read. */
export const FEWEST_REFUSALS = 4

/** Answers that refuse, in whole or in part. */
export function refusalsAmong<Row extends Pick<Opening, 'class'>>(answers: readonly Row[]): Row[] {
  return answers.filter(answer => answer.class === 'refused' || answer.class === 'partial')
}

/**
 * Tokens that open refusals more often than anything else does; none where there are too few refusals to tell, or where
 * refusals and other answers begin alike.
 */
export function refusalOpenings(answers: readonly Opening[]): number[] {
  const refusals = refusalsAmong(answers)
  if (refusals.length < FEWEST_REFUSALS) return []
  const count = (list: readonly Opening[], token: number) => list.filter(answer => answer.token === token).length
  const tokens = [...new Set(refusals.map(answer => answer.token))]
  return tokens
    .filter(token => {
      const refusing = count(refusals, token)
      return refusing > count(answers, token) - refusing
    })
    .sort((a, b) => a - b)
}

/** ln p/(1 − p) of the probability that the answer begins with one of the tokens; from their log-probabilities. */
export function logOdds(logProbabilities: ArrayLike<number>): number {
  const p = Math.min(
    Array.from(logProbabilities).reduce((sum, value) => sum + Math.exp(value), 0),
    1,
  )
  // Bounded, so that rounding at either end gives a number that can be stored.
  const bounded = Math.min(Math.max(p, 1e-30), 1 - 1e-12)
  return Math.log(bounded) - Math.log1p(-bounded)
}

/** Share of answers whose class the sign of the log-odds tells right, among the `of` that refuse or comply. */
export function agreement(answers: readonly { readonly class: AnswerClass; readonly logOdds: number }[]): {
  readonly share: number
  readonly of: number
} {
  const told = answers.filter(answer => answer.class === 'refused' || answer.class === 'complied')
  const right = told.filter(answer => (answer.class === 'refused') === answer.logOdds > 0)
  return { share: told.length === 0 ? 0 : right.length / told.length, of: told.length }
}
