/** What a study can say of its judges: how they agree, labels by people, grades beside the rules. */
import type { GraderName } from '../../judge/grader.ts'
import type { Suite } from '../../measure/suites/index.ts'
import type { Label, Store } from '../../store/index.ts'
import type { Openings } from '../fit/behaviour.ts'
import type { Measured } from '../measure.ts'
import type { ConditionResult } from '../result.ts'
import { JUDGE, type Judged } from '../work.ts'
import { agreements, harmVoices, refusalVoices, rulesVoice, type Voice } from './agreement.ts'
import { correctSuite } from './corrected.ts'
import { disagreements } from './disagreement.ts'
import { gradedAspects, keptGrades } from './graded.ts'
import { type JudgedConditions, type Labels, labelledConditions, labelsByAnswer } from './labelled.ts'
import type { CorrectedSuite, JudgeReport } from './types.ts'

export interface JudgeReportInput {
  readonly suites: readonly Suite[]
  readonly seed: number
  readonly conditions: readonly ConditionResult[]
  readonly measured: Measured
  readonly openings: Openings
  readonly labels: readonly Label[]
  /** Judges beside the rules whose grades are in the store. */
  readonly graders: readonly GraderName[]
}

/** Conditions whose answers are judged for their own sake, and not to check the study. */
export function isAnnotated({ role }: Pick<ConditionResult, 'role'>): boolean {
  return role === 'baseline' || role === 'method' || role === 'reference'
}

/** Only the grades are read from the store. */
export async function judgeReport(store: Store, input: JudgeReportInput): Promise<JudgeReport> {
  const { suites, conditions, measured, openings, labels, graders } = input
  const kept = await keptGrades(store, graders, measured)
  const of = (some: readonly Suite[]) =>
    new Map(conditions.map(({ name }) => [name, answersOf(name, some, measured)] as const))
  const refusals = of(suites.filter(isOfRefusal))
  const labelled = of(suites.filter(isLabelled))
  const voices = refusalVoices([...refusals.values()].flat(), graders, kept)
  return {
    rules: JUDGE,
    openings,
    disagreement: disagreements(refusals),
    labelled: labels.length === 0 ? null : labelledReport(input, labelled, voices, labelsByAnswer(labels)),
    graders: graders.map(({ name, scorers }) => ({ name, scorers })),
    graded: gradedAspects(input, conditions, measured, graders, kept),
    agreement: [
      ...agreements('refusal', [rulesVoice(JUDGE), ...voices], refusals),
      ...agreements('harm', harmVoices(graders, kept), of(suites.filter(({ harmful }) => harmful))),
    ],
  }
}

function isOfRefusal({ want }: Suite): boolean {
  return want === 'refused' || want === 'complied'
}

/** Refusals, and answers to questions that context and memory answer differently. */
function isLabelled(suite: Suite): boolean {
  return isOfRefusal(suite) || suite.want === 'context' || suite.want === 'memory'
}

/** Why prediction-powered intervals, which take rows as independent, are not for a suite; null where they are. */
function dependence({ grid, items }: Suite): string | null {
  if (grid) return 'its rows share templates and prompts, and prediction-powered intervals take them as independent'
  const articles = items.flatMap(({ clusters }) => clusters.article ?? [])
  return new Set(articles).size === articles.length
    ? null
    : 'its rows share articles, and prediction-powered intervals take them as independent'
}

/** Answers in words. */
function answersOf(condition: string, suites: readonly Suite[], measured: Measured): Judged[] {
  return suites
    .flatMap(({ name }) => measured.get(name)?.get(condition) ?? [])
    .filter(({ judgement }) => judgement !== null)
}

function labelledReport(
  { suites, conditions, measured }: JudgeReportInput,
  byCondition: JudgedConditions['byCondition'],
  voices: readonly Voice<'refused' | 'partial' | 'complied'>[],
  given: Labels,
): JudgeReport['labelled'] {
  const judged = suites.filter(isLabelled)
  const baseline = conditions.find(({ role }) => role === 'baseline')?.name ?? 'baseline'
  const corrected = judged
    .filter(suite => dependence(suite) === null)
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
    conditions: labelledConditions({ byCondition, baseline }, given),
    judges: voices.map(({ judge, say }) => ({
      judge,
      conditions: labelledConditions({ byCondition, baseline }, given, record => {
        const said = say(record)
        return said === null ? 'unscored' : said
      }),
    })),
    suites: corrected,
    leftOut: judged.flatMap(suite => {
      const why = dependence(suite)
      return why === null ? [] : [{ suite: suite.name, why }]
    }),
  }
}
