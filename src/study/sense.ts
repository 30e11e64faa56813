/** The suite that asks whether answers make sense. Pages read this too, so it may import nothing that a browser lacks. */
import type { SuiteResult } from './result.ts'

export const sense = { suite: 'sense', property: 'answers make sense' } as const

/** Running text has no answers, and whether answers make sense is asked of those of other suites. */
export function hasOwnAnswers({ kind, suite }: Pick<SuiteResult, 'kind' | 'suite'>): boolean {
  return kind === 'rate' && suite !== sense.suite
}
