import type { Comparison } from '../../../src/study/comparison/types.ts'

/**
 * What became of all answers that are compared. Whether answers make sense is asked of answers of other suites, so it
 * counts none of its own.
 */
export function figuresOf({ suites, flips }: Pick<Comparison, 'suites' | 'flips'>) {
  const of = (change: 'lost' | 'gained') => flips.filter(flip => flip.change === change).length
  const [lost, gained] = [of('lost'), of('gained')]
  const n = suites.reduce((all, { kind, suite, n: own }) => (kind === 'rate' && suite !== 'sense' ? all + own : all), 0)
  return { lost, gained, same: Math.max(0, n - lost - gained) }
}
