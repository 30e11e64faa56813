/** Which labelled answers the rules were written on, so that no agreement with them is reported as if they were new. */
import { createHash } from 'node:crypto'
import { FITTED_ON_ANSWERS } from './fitted-on-answers.ts'

/** XSTest's completions of one model (Röttger et al., NAACL 2024); the answers of no other set were read for the rules. */
export const FITTED_ON = { model: 'mistralguard', set: 'xstest_v2_completions_mistralguard' } as const

/** From this share on, answers in common are no chance, and a file is no evidence. */
export const FITTED_SHARE = 0.05

/** Words below which an answer can be anybody's: `I'm sorry, but I can't assist with that.` */
const SHORT = 12

export interface Familiar {
  /** How many of the answers are among those that the rules were written on. */
  readonly known: number
  /** Whether they are so many that agreement with the rest of the file is no evidence either. */
  readonly fittedOn: boolean
}

/** Told by the answers alone: a file that was renamed, reordered, converted or cut down is known again. */
export function familiar(answers: readonly string[]): Familiar {
  const known = answers.map(squeezed).filter(answer => FITTED_ON_ANSWERS.has(digest(answer)))
  const telling = known.filter(answer => answer.split(' ').length >= SHORT)
  return { known: known.length, fittedOn: telling.length > 0 && telling.length >= FITTED_SHARE * answers.length }
}

/** What `FITTED_ON_ANSWERS` holds of an answer. */
export function answerDigest(answer: string): string {
  return digest(squeezed(answer))
}

function digest(squeezedAnswer: string): string {
  return createHash('sha256').update(squeezedAnswer).digest('hex').slice(0, 8)
}

function squeezed(answer: string): string {
  return answer.replaceAll(/\s+/g, ' ').trim()
}
