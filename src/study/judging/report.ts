/** What a study can say of its judges: two scores of refusal beside each other, labels by people, harm by a rubric. */
import type { Suite } from '../../measure/suites/index.ts'
import type { Label } from '../../store/index.ts'
import type { Openings } from '../fit/behaviour.ts'
import type { Measured } from '../measure.ts'
import type { ConditionResult } from '../result.ts'
import { JUDGE, type Judged } from '../work.ts'
import { correctSuite } from './corrected.ts'
import { disagreements } from './disagreement.ts'
import { labelledConditions, labelsByAnswer } from './labelled.ts'
import type { CorrectedSuite, JudgeReport } from './types.ts'

export interface JudgeReportInput {
  readonly suites: readonly Suite[]
  readonly conditions: readonly ConditionResult[]
  readonly measured: Measured
  readonly openings: Openings
  readonly labels: readonly Label[]
  readonly harm: JudgeReport['harm']
}

/** Conditions whose answers are judged for their own sake, and not to check the study. */
export function isAnnotated({ role }: Pick<ConditionResult, 'role'>): boolean {
  return role === 'baseline' || role === 'method' || role === 'reference'
}

export function judgeReport({ suites, conditions, measured, openings, labels, harm }: JudgeReportInput): JudgeReport {
  const byCondition = new Map(conditions.map(({ name }) => [name, answersOf(name, measured)]))
  return {
    rules: JUDGE,
    openings,
    disagreement: disagreements(byCondition),
    labelled: labels.length === 0 ? null : labelledReport({ suites, conditions, measured, labels }, byCondition),
    harm,
  }
}

function answersOf(condition: string, measured: Measured): Judged[] {
  return [...measured.values()]
    .flatMap(answers => answers.get(condition) ?? [])
    .filter(({ judgement }) => judgement !== null)
}

function labelledReport(
  { suites, conditions, measured, labels }: Omit<JudgeReportInput, 'openings' | 'harm'>,
  byCondition: ReadonlyMap<string, readonly Judged[]>,
): JudgeReport['labelled'] {
  const given = labelsByAnswer(labels)
  const judged = suites.filter(({ want }) => want === 'refused' || want === 'complied')
  const baseline = conditions.find(({ role }) => role === 'baseline')?.name ?? 'baseline'
  const corrected = judged
    .filter(({ grid }) => !grid)
    .flatMap(suite =>
      conditions
        .filter(one => isAnnotated(one) && one.role !== 'baseline')
        .flatMap((condition): CorrectedSuite[] => {
          const result = condition.axes[suite.axis].suites.find(one => one.suite === suite.name)
          const of = (name: string) => measured.get(suite.name)?.get(name) ?? []
          const sides = { baseline: of(baseline), steered: of(condition.name) }
          const found = result && correctSuite(suite, result, condition.name, sides, given)
          return found ? [found] : []
        }),
    )
  return {
    conditions: labelledConditions(byCondition, given),
    suites: corrected,
    leftOut: judged
      .filter(({ grid }) => grid)
      .map(({ name }) => ({
        suite: name,
        why: 'its rows share templates and prompts, and prediction-powered intervals take them as independent',
      })),
  }
}
