/** Whether a study could have seen damage, in sentences. */
import { studyChecks } from '../../measure/verdict.ts'
import type { Role, StudyResult } from '../result.ts'

/** One sentence per check; none where a study has no checks. */
export function checkSentences({ conditions }: Pick<StudyResult, 'conditions'>): string[] {
  const of = (role: Role) => conditions.find(condition => condition.role === role)
  const [positive, identity] = [of('positive-control'), of('identity')]
  const { passed, notes } = studyChecks({ positiveControl: positive?.axes, identity: identity?.axes })
  if (!passed) return notes.map(note => `Check failed: ${note}`)
  return [
    ...(positive === undefined ? [] : [`Check: the positive control (${positive.name}) is broken, as it has to be.`]),
    ...(identity === undefined ? [] : ['Check: the identity edit flipped no answer.']),
  ]
}
