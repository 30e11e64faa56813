/** Which labelled answers the rules were written on, so that no agreement with them is reported as if they were new. */
import { createHash } from 'node:crypto'

/** XSTest's completions of one model (Röttger et al., NAACL 2024); the answers of no other set were read for the rules. */
export const FITTED_ON = {
  model: 'mistralguard',
  set: 'xstest_v2_completions_mistralguard',
  digest: 'ba45bd731eaf365554026988fb3b26e350ab58c2934c4ef969f269a20b1ba999',
} as const

/** SHA-256 over the answers in any order: a renamed, reordered or converted file is known again. */
export function answersDigest(answers: readonly string[]): string {
  const texts = answers.map(answer => answer.replaceAll(/\s+/g, ' ').trim()).sort()
  return createHash('sha256').update(JSON.stringify(texts)).digest('hex')
}

export function isFittedOn(answers: readonly string[]): boolean {
  return answersDigest(answers) === FITTED_ON.digest
}
