/** The changes of a study's methods, as findings read them. */
import { squareAndAdd } from '../../src/measure/statistics/index.ts'
import type { AxisName, ConditionResult, StudyResult, SuiteResult } from '../../src/study/result.ts'
import { paperMethods } from '../../src/study/schema.ts'
import type { Estimate } from './finding.ts'

/** The paper's five, unconstrained: what it says of methods is said of these. */
export function methodsOf({ conditions }: StudyResult): readonly ConditionResult[] {
  return conditions.filter(({ role, name }) => role === 'method' && paperMethods.some(one => one === name))
}

/** Suites of an axis whose baseline leaves something to be seen. */
export function toldSuites(condition: ConditionResult, axis: AxisName): SuiteResult[] {
  return condition.axes[axis].suites.filter(({ state }) => state !== 'cannot-tell')
}

/** The change of the suite that lost most on an axis; undefined where none can be told. */
export function worst(condition: ConditionResult, axis: AxisName): Estimate | undefined {
  const [first] = toldSuites(condition, axis).toSorted((a, b) => a.change - b.change)
  return first && { name: condition.name, estimate: first.change, interval: first.ci }
}

/** Those that do what they were made for: some efficacy suite rises beyond chance. */
export function effective(result: StudyResult): readonly ConditionResult[] {
  return methodsOf(result).filter(condition => toldSuites(condition, 'efficacy').some(({ ci }) => ci[0] > 0))
}

/**
 * One − other, from the interval of each by squaring and adding. Both were measured on the same prompts, which is not
 * used: answers to one prompt go together, so that the interval is rather too wide.
 */
export function difference(one: Estimate, other: Estimate): Estimate {
  const interval = squareAndAdd(one, other, 0, [-2, 2])
  return { name: `${one.name} less ${other.name}`, estimate: one.estimate - other.estimate, interval }
}

/** The sum of two changes of one condition, likewise. */
export function sum(name: string, one: Estimate, other: Estimate): Estimate {
  const negated = { name: '', estimate: -other.estimate, interval: [-other.interval[1], -other.interval[0]] as const }
  return { ...difference(one, negated), name }
}
