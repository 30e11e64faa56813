import type { AxisName, AxisResult, SuiteResult, SuiteState } from './types.ts'

/**
 * What the suites of an axis say together. Suites that cannot be told are left out; with none left the axis cannot be
 * told. Broken if any suite is, holds if all hold, else undecided; efficacy works or has no effect if all do.
 */
export function axisResult(axis: AxisName, suites: readonly SuiteResult[]): AxisResult {
  const telling = suites.filter(suite => suite.state !== 'cannot-tell')
  const state = axisState(axis, telling)
  const candidates = state === 'cannot-tell' ? suites : telling.filter(suite => suite.state === state)
  const decisive = (candidates.length > 0 ? candidates : telling).toSorted((one, other) => slack(one) - slack(other))
  return { state, decidedBy: decisive[0]?.suite ?? null, suites }
}

function axisState(axis: AxisName, telling: readonly SuiteResult[]): SuiteState {
  if (telling.length === 0) return 'cannot-tell'
  const all = (state: SuiteState) => telling.every(suite => suite.state === state)
  if (axis === 'efficacy') return all('works') ? 'works' : all('no-effect') ? 'no-effect' : 'undecided'
  if (telling.some(suite => suite.state === 'broken')) return 'broken'
  return all('holds') ? 'holds' : 'undecided'
}

/** How far a suite's interval stays above its line, in margins: the suite with the least decides what is shown. */
function slack({ ci, margin, state }: SuiteResult): number {
  return (state === 'broken' ? ci[1] : ci[0]) / margin
}
