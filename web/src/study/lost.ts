/** Which lost answers a verdict speaks of. */
import type { AxisName, ConditionResult } from '../../../src/study/result.ts'
import { hasOwnAnswers } from '../../../src/study/sense.ts'

/** What may not be lost. */
const kept: readonly AxisName[] = ['robustness', 'control', 'general']

export interface Lost {
  readonly axis: AxisName
  /** One suite, so that the list that is led to holds just those: suites outside the verdict may share its axis. */
  readonly suite: string
  readonly lost: number
  /** Whether it is the only one of its axis with answers to look at. */
  readonly only: boolean
}

/** Of the suite that broke, else of one that decides its axis, else of the one that lost most; null where nothing was lost. */
export function worstLost({ axes }: Pick<ConditionResult, 'axes'>): Lost | null {
  const all = kept.flatMap(axis => {
    const { decidedBy, suites } = axes[axis]
    const listed = suites.filter(hasOwnAnswers)
    return listed.map(({ suite, lost, state }) => ({
      found: { axis, suite, lost, only: listed.length === 1 },
      rank: (state === 'broken' ? 2 : 0) + (suite === decidedBy ? 1 : 0),
    }))
  })
  const [first] = all
    .filter(({ found }) => found.lost > 0)
    .toSorted((a, b) => b.rank - a.rank || b.found.lost - a.found.lost)
  return first?.found ?? null
}
