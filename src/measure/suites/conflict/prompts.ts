/** How a question is put to a model, with and without passages. */
import type { ConflictRow } from '../../../data/index.ts'

/** The same words whatever stands before the question, and none on which source to believe: that is what is measured. */
export function conflictPrompt(question: string, passages: readonly string[]): string {
  return [...passages, `${question}\nAnswer in a few words.`].join('\n\n')
}

/** Another prompt without a passage: by it is told whether the model knows memory's answer. */
export function probePrompt({ question, probe }: Pick<ConflictRow, 'question' | 'probe'>): string {
  const asked = probe ?? `Here is a question from a quiz. ${question}`
  return `${asked}\nReply with the answer alone, not with a sentence.`
}
