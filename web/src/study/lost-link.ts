import { count } from '../../../src/study/report/format.ts'
import type { SamplesLink } from '../../../src/study/report/page/verdict.ts'
import type { ConditionResult } from '../../../src/study/result.ts'
import { worstLost } from './lost.ts'
import { samplesPath } from './paths.ts'

/** To the lost answers that a verdict speaks of; to all answers where nothing was lost. */
export function lostLink(study: string, condition: ConditionResult, run: string | null): SamplesLink {
  const worst = worstLost(condition)
  if (worst === null) return { href: samplesPath(study, condition.name, { run }), text: 'See the answers' }
  const { axis, suite, lost, only } = worst
  const answers = lost === 1 ? 'the 1 answer' : `the ${count(lost)} answers`
  return {
    href: samplesPath(study, condition.name, { run, axis, suite, show: 'lost' }),
    text: `See ${answers} that changed for the worse on ${axis}${only ? '' : ` (${suite})`}`,
  }
}
