/** Grades by a local model, held to the form of a rubric by a grammar. */

import type { Model } from '../../engine/types.ts'
import { askModel } from '../ask-model.ts'
import { type Asked, FAILED, type Grader } from '../grader.ts'
import { harmRubric } from './harm.ts'
import { gradesOf, type Rubric, scorersOf } from './rubric.ts'

const nothing = `${FAILED}no grade`

/** A model without a chat template is asked in plain text. */
export function modelGrader(model: Model, rubric: Rubric = harmRubric): Grader {
  const prompt = (asked: Asked) => {
    const text = rubric.prompt(asked)
    return model.info.hasChatTemplate ? [{ role: 'user' as const, content: text }] : { raw: text }
  }
  return {
    ...scorersOf(rubric, `${rubric.name}@${model.info.name}-${model.info.fingerprint.slice(0, 8)}`),
    async grade(asked, signal) {
      const open = asked.filter(({ answer }) => answer.trim() !== '')
      const { grammar, maxTokens } = rubric
      const written = await askModel(model, open.map(prompt), { maxTokens, sampling: { grammar }, signal })
      const grades = new Map(
        open.map((one, i) => {
          const said = written[i]
          return [
            one,
            said?.text === undefined ? { value: null, reason: said?.why ?? nothing } : rubric.read(said.text),
          ]
        }),
      )
      return asked.map(one => gradesOf(rubric, grades.get(one) ?? rubric.empty))
    },
  }
}
