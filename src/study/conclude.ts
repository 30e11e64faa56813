/** From answers to what a study says of each condition. */
import type { FaithfulClass } from '../judge/types.ts'
import { answerFigures } from '../measure/answer-figures.ts'
import { axisResult } from '../measure/axis.ts'
import { loadLanguages } from '../measure/language.ts'
import { categoryRates } from '../measure/suite-categories.ts'
import { doseRates, ladderOf } from '../measure/suite-doses.ts'
import { templateRates } from '../measure/suite-templates.ts'
import type { Suite } from '../measure/suites/index.ts'
import type { AxisName, SuiteResult } from '../measure/types.ts'
import { type Axes, type Checks, holmVerdicts, studyChecks, verdictOf } from '../measure/verdict.ts'
import { type Phrases, verdictSentence } from '../measure/verdict-sentence.ts'
import type { ActiveCondition } from './active.ts'
import { bySample, compareSense, compareSuite, pairedRows, sensePhrases } from './compare.ts'
import type { Measured } from './measure.ts'
import { normChange } from './outcome.ts'
import type { Plan } from './plan.ts'
import { methodOfFit } from './refit-name.ts'
import { fitsOf } from './refits.ts'
import type { ClassCounts, ConditionResult } from './result.ts'
import { sense } from './sense.ts'
import { fingerprintOf } from './steering.ts'
import type { Judged } from './work.ts'

/** What is known of a condition once its answers are there, whether it was just run or is read from the store. */
export type Described = Pick<ConditionResult, 'name' | 'role' | 'description' | 'layer' | 'strength' | 'vector'>

export function described({ name, role, description, layer, strength, setting }: ActiveCondition): Described {
  return { name, role, description, layer, strength, vector: fingerprintOf(setting.steering).slice(0, 16) }
}

/** Conditions with their verdicts, and whether anything can be told at all. */
export interface Conclusion {
  readonly conditions: readonly ConditionResult[]
  readonly refits: readonly Described[]
  readonly checks: Checks
}

interface Compared {
  readonly condition: Described
  readonly axes: Axes
  readonly extra: readonly SuiteResult[]
}

export async function conclude(plan: Plan, all: readonly Described[], measured: Measured): Promise<Conclusion> {
  const languageOf = await loadLanguages()
  const [conditions, refits] = [all.filter(isNoRefit), all.filter(one => !isNoRefit(one))]
  const compared = conditions.map(condition => compare(plan, condition, conditions, measured))
  const axesOf = (role: Described['role']) => compared.find(one => one.condition.role === role)?.axes
  const checks = studyChecks({
    positiveControl: axesOf('positive-control'),
    identity: axesOf('identity'),
    expectPositiveControl: plan.study.expectPositiveControl,
  })
  const judged = compared.map(({ condition, axes }) => {
    // What the checks themselves show stands, whether they passed or not.
    const isCheck = condition.role !== 'method' && condition.role !== 'reference'
    return { name: condition.name, axes, verdict: verdictOf(axes, isCheck ? undefined : checks) }
  })
  const methods = conditions.filter(condition => condition.role === 'method').map(condition => condition.name)
  const corrected = holmVerdicts(judged.filter(({ name }) => methods.includes(name)))
  const phrases = phrasesOf(plan.suites)
  const ladders = plan.suites
    .filter(suite => suite.grid && !suite.extra)
    .flatMap(suite => {
      const ladder = ladderOf(rowsOf(suite, baselineOf(conditions), conditions, measured))
      return ladder === null ? [] : [{ suite, ladder }]
    })
  const again = refits.map(condition => compare(plan, condition, conditions, measured))
  return {
    checks,
    refits: refits.map(refitOf),
    conditions: compared.map(({ condition, axes, extra }, i): ConditionResult => {
      const { name, role } = condition
      const verdict = (corrected.find(one => one.name === name) ?? judged[i])?.verdict ?? 'cannot-tell'
      return {
        ...condition,
        normChange: normChange(recordsOf(name, measured)),
        axes,
        verdict,
        sentence:
          role === 'baseline'
            ? 'The unsteered model.'
            : verdictSentence(verdict, axes, phrases, checks.passed ? [] : checks.notes),
        extra,
        fits: fitsOf(again.filter(one => methodOfFit(one.condition.name) === name)),
        templates: plan.suites
          .filter(suite => suite.grid && !suite.extra)
          .flatMap(suite => templateRates(suite.name, rowsOf(suite, name, conditions, measured))),
        doses: ladders.flatMap(({ suite, ladder }) =>
          doseRates(suite.name, rowsOf(suite, name, conditions, measured), ladder),
        ),
        classes: plan.suites.flatMap(suite => classCounts(suite, measured.get(suite.name)?.get(name) ?? [])),
        answers: answerFigures(
          plan.suites.flatMap(suite => describedAnswers(suite, name, conditions, measured)),
          languageOf,
        ),
        categories: plan.suites
          .filter(suite => suite.want !== null && !suite.extra)
          .flatMap(suite => categoryRates(suite.name, rowsOf(suite, name, conditions, measured))),
      }
    }),
  }
}

function isNoRefit({ role }: Described): boolean {
  return role !== 'refit'
}

/** Without what only a condition of the table has, where it was read back from a result. */
function refitOf({ name, role, description, layer, strength, vector }: Described): Described {
  return { name, role, description, layer, strength, vector }
}

/** Of suites whose questions have two answers. */
function classCounts({ name: suite, want }: Suite, records: readonly Judged[]): ClassCounts[] {
  if (want !== 'context' && want !== 'memory') return []
  const count = (said: FaithfulClass) => records.filter(({ judgement }) => judgement?.class === said).length
  const exact = records.filter(({ judgement }) => judgement?.rule === 'exact-match').length
  const counts = {
    context: count('context'),
    memory: count('memory'),
    both: count('both'),
    neither: count('neither'),
    degenerate: count('degenerate'),
    unscored: count('unscored'),
  }
  return [{ suite, counts, exact }]
}

function phrasesOf(suites: readonly Suite[]): Readonly<Record<string, Phrases>> {
  return { ...Object.fromEntries(suites.map(suite => [suite.name, suite.phrases])), [sense.suite]: sensePhrases }
}

function compare(plan: Plan, condition: Described, conditions: readonly Described[], measured: Measured): Compared {
  const { study, suites } = plan
  const references = condition.role === 'method' ? conditions.filter(one => one.role === 'reference') : []
  const results = suites.map(suite => {
    const of = (name: string) => measured.get(suite.name)?.get(name) ?? []
    const held = new Map(references.map(({ name }) => [name, of(name)]))
    return { suite, result: compareSuite(suite, study, of(baselineOf(conditions)), of(condition.name), held) }
  })
  const plain = suites.filter(suite => !suite.grid && suite.items.some(item => item.kind === 'answer'))
  const sensible = compareSense(
    plain.map(suite => rowsOf(suite, condition.name, conditions, measured)),
    study,
  )
  const axis = (name: AxisName) => {
    const own = results.filter(({ suite }) => suite.axis === name && !suite.extra).map(({ result }) => result)
    return axisResult(name, name === 'general' && plain.length > 0 ? [...own, sensible] : own)
  }
  return {
    condition,
    axes: {
      efficacy: axis('efficacy'),
      general: axis('general'),
      control: axis('control'),
      robustness: axis('robustness'),
    },
    extra: results.filter(({ suite }) => suite.extra).map(({ result }) => result),
  }
}

function rowsOf(suite: Suite, condition: string, conditions: readonly Described[], measured: Measured) {
  const of = (name: string) => measured.get(suite.name)?.get(name) ?? []
  return pairedRows(suite, of(baselineOf(conditions)), of(condition))
}

/** Answers to plain prompts, and of those in templates none: wrappers ask for odd forms. */
function describedAnswers(suite: Suite, condition: string, conditions: readonly Described[], measured: Measured) {
  if (suite.grid) return []
  const before = bySample(measured.get(suite.name)?.get(baselineOf(conditions)) ?? [])
  const own = measured.get(suite.name)?.get(condition) ?? []
  return own.flatMap(({ sample, answer, tokens, finish }) => {
    const baseline = before.get(sample)
    return finish === null || baseline === undefined
      ? []
      : [{ text: answer, tokens: tokens.length, baseline: baseline.answer }]
  })
}

function baselineOf(conditions: readonly Described[]): string {
  return conditions.find(condition => condition.role === 'baseline')?.name ?? 'baseline'
}

function* recordsOf(condition: string, measured: Measured): Generator<Judged> {
  for (const answers of measured.values()) yield* answers.get(condition) ?? []
}
