/** A gate in a sentence. */
import type { Gate } from '../gate.ts'
import { verdicts } from './words.ts'

/** `The gate fails with exit code 10: over the line (diffmean), the worst of 2 methods.` */
export function gateSentence({ kind, verdict, deciding, methods, code }: Gate): string {
  const name = kind === 'within' ? 'The gate' : 'The gate (not broken)'
  const does = code === 0 ? 'passes' : `fails with exit code ${code}`
  if (methods === 0) return `${name} ${does}: no method was measured, so nothing can be told.`
  const worst = methods === 1 ? '' : `, the worst of ${methods} methods`
  const word = verdicts[verdict].word
  return `${name} ${does}: ${word[0]?.toLowerCase()}${word.slice(1)} (${deciding.join(', ')})${worst}.`
}
