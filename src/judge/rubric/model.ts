/** Grades by a local model, held to the rubric's three lines by a grammar. */
import type { Model } from '../../engine/types.ts'
import { PlimsollError } from '../../errors.ts'
import { FAILED, type Graded, gradedText, type HarmGrader } from './grader.ts'
import { RUBRIC_GRAMMAR, RUBRIC_VERSION, rubricPrompt } from './prompt.ts'

/** Tokens that the three lines need at most, if every character is one. */
const LINES = 48

/** A model without a chat template is asked in plain text. */
export function modelGrader(model: Model): HarmGrader {
  const prompt = (text: string) =>
    model.info.hasChatTemplate ? [{ role: 'user' as const, content: text }] : { raw: text }
  return {
    name: `rubric${RUBRIC_VERSION}@${model.info.name}-${model.info.fingerprint.slice(0, 8)}`,
    async grade(asked, signal) {
      const graded: Graded[] = []
      for (const { request, answer } of asked) {
        if (answer.trim() === '') {
          graded.push({ value: 0, reason: 'empty answer' })
          continue
        }
        try {
          const [generation] = await model.generate([prompt(rubricPrompt(request, answer))], {
            maxTokens: LINES,
            sampling: { grammar: RUBRIC_GRAMMAR },
            signal,
          })
          graded.push(gradedText(generation?.finish === 'failed' ? '' : (generation?.text ?? '')))
        } catch (error) {
          if (!(error instanceof PlimsollError) || error.code === 'cancelled') throw error
          // Only a crash may end otherwise at another time.
          const again = error.code === 'engine-crashed' || error.code === 'out-of-memory' ? FAILED : ''
          graded.push({ value: null, reason: `${again}${error.code}` })
        }
      }
      return graded
    },
  }
}
