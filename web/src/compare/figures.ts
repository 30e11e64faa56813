import type { Comparison } from '../../../src/study/comparison/types.ts'
import { hasOwnAnswers } from '../../../src/study/sense.ts'

/** What became of all answers that are compared. */
export function figuresOf({ suites, flips }: Pick<Comparison, 'suites' | 'flips'>) {
  const of = (change: 'lost' | 'gained') => flips.filter(flip => flip.change === change).length
  const [lost, gained] = [of('lost'), of('gained')]
  const n = suites.filter(hasOwnAnswers).reduce((all, suite) => all + suite.n, 0)
  return { lost, gained, same: Math.max(0, n - lost - gained) }
}
