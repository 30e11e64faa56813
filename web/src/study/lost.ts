/** Where the answers are that a verdict speaks of. */

import { count } from '../../../src/study/report/format.ts'
import type { SamplesLink } from '../../../src/study/report/page/verdict.ts'
import type { AxisName, ConditionResult } from '../../../src/study/result.ts'
import { samplesPath } from './paths.ts'

/** Of the axes kept whose suites are answered in words. */
const kept: readonly AxisName[] = ['robustness', 'control']

/** To what was lost on the axis that is broken, or that lost most; to all answers where nothing was. */
export function lostLink(study: string, condition: ConditionResult, run: string | null): SamplesLink {
  const counted = kept.map(axis => ({
    axis,
    broken: condition.axes[axis].state === 'broken',
    lost: condition.axes[axis].suites.reduce((sum, { lost }) => sum + lost, 0),
  }))
  const [first] = counted
    .filter(({ lost }) => lost > 0)
    .toSorted((a, b) => Number(b.broken) - Number(a.broken) || b.lost - a.lost)
  if (first === undefined) return { href: samplesPath(study, condition.name, { run }), text: 'See the answers' }
  const answers = first.lost === 1 ? 'the 1 answer' : `the ${count(first.lost)} answers`
  return {
    href: samplesPath(study, condition.name, { run, axis: first.axis, show: 'lost' }),
    text: `See ${answers} that changed for the worse on ${first.axis}`,
  }
}
