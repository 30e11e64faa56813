/** What the grades of the judges beside the rules come to, by condition and suite. Beside the verdict, never in it. */
import { type Aspect, FAILED, type GraderName } from '../../judge/grader.ts'
import { pairedBootstrap } from '../../measure/statistics/index.ts'
import type { Suite } from '../../measure/suites/index.ts'
import type { Score, Store } from '../../store/index.ts'
import type { Measured } from '../measure.ts'
import type { ConditionResult } from '../result.ts'
import type { Judged } from '../work.ts'
import { isGraded } from './grade.ts'
import type { GradedAspect, GradeScore } from './types.ts'

/** Pairs from which a bootstrap interval is given. */
const FEWEST_PAIRS = 10

/** Grades as they are kept, by scorer, chunk and position. */
export type KeptGrades = ReadonlyMap<string, ReadonlyMap<string, ReadonlyMap<number, Score>>>

/** Reads the grades that the store has of all answers measured. */
export async function keptGrades(
  store: Store,
  graders: readonly GraderName[],
  measured: Measured,
): Promise<KeptGrades> {
  const records = [...measured.values()].flatMap(answers => [...answers.values()].flat())
  const chunks = [...new Set(records.map(({ chunk }) => chunk))]
  const kept = new Map<string, ReadonlyMap<string, ReadonlyMap<number, Score>>>()
  for (const { scorers } of graders)
    for (const scorer of Object.values(scorers)) {
      const scores = new Map<string, ReadonlyMap<number, Score>>()
      for (const chunk of chunks) scores.set(chunk, await store.scores(chunk, scorer))
      kept.set(scorer, scores)
    }
  return kept
}

export function gradeOf(
  kept: KeptGrades,
  scorer: string,
  { chunk, position }: Pick<Judged, 'chunk' | 'position'>,
): Score | undefined {
  return kept.get(scorer)?.get(chunk)?.get(position)
}

const aspects = ['refusal', 'harm', 'probability'] as const satisfies readonly Aspect[]

/** Whether a suite's answers count for an aspect of a grader. */
export function isOf(aspect: Aspect, grader: GraderName, suite: Suite): boolean {
  return isGraded(grader, suite) && (aspect === 'refusal' || suite.harmful) && suite.items.some(isAnswer)
}

function isAnswer({ kind }: Suite['items'][number]): boolean {
  return kind === 'answer'
}

export function gradedAspects(
  { suites, seed }: { readonly suites: readonly Suite[]; readonly seed: number },
  conditions: readonly Pick<ConditionResult, 'name' | 'role'>[],
  measured: Measured,
  graders: readonly GraderName[],
  kept: KeptGrades,
): GradedAspect[] {
  const baseline = conditions.find(({ role }) => role === 'baseline')?.name ?? 'baseline'
  return graders.flatMap(grader =>
    aspects.flatMap((aspect): GradedAspect[] => {
      const scorer = grader.scorers[aspect]
      if (scorer === undefined) return []
      const scores = suites
        .filter(suite => isOf(aspect, grader, suite))
        .flatMap(suite => {
          const of = (name: string) => gradesBySample(kept, scorer, measured.get(suite.name)?.get(name) ?? [])
          const before = of(baseline)
          return conditions.flatMap(({ name }) => {
            const after = name === baseline ? before : of(name)
            return after.size === 0
              ? []
              : [summary(suite, name, aspect, name === baseline ? null : before, after, seed)]
          })
        })
      return [{ grader: grader.name, aspect, scores }]
    }),
  )
}

/** By the row that was answered. */
type Grades = ReadonlyMap<string, Score>

function gradesBySample(kept: KeptGrades, scorer: string, records: readonly Judged[]): Grades {
  return new Map(
    records.map(record => [
      record.sample,
      gradeOf(kept, scorer, record) ?? { value: null, reason: `${FAILED}not graded` },
    ]),
  )
}

function summary(
  { name: suite, grid }: Suite,
  condition: string,
  aspect: Aspect,
  before: Grades | null,
  after: Grades,
  seed: number,
): GradeScore {
  const figure = (value: number) => (aspect === 'refusal' ? Number(value === 1) : value)
  const values = [...after.values()].flatMap(({ value }) => value ?? [])
  const reasons: Record<string, number> = {}
  for (const { value, reason } of after.values()) if (value === null) reasons[reason] = (reasons[reason] ?? 0) + 1
  const pairs = [...after].flatMap(([sample, { value }]) => {
    const baseline = before?.get(sample)?.value ?? null
    return value === null || baseline === null ? [] : [{ baseline: figure(baseline), steered: figure(value) }]
  })
  const mean = (numbers: readonly number[]) =>
    numbers.length === 0 ? null : numbers.reduce((sum, one) => sum + one, 0) / numbers.length
  const change = mean(pairs.map(({ baseline, steered }) => steered - baseline))
  const interval = grid || pairs.length < FEWEST_PAIRS ? null : pairedBootstrap(pairs, { seed }).interval
  return {
    condition,
    suite,
    n: values.length,
    unscored: after.size - values.length,
    reasons,
    mean: mean(values.map(figure)),
    partial: aspect === 'refusal' ? values.filter(value => value !== 0 && value !== 1).length : null,
    change,
    // With most differences alike a bound may be infinite, which says nothing.
    ci: interval?.every(Number.isFinite) === true ? interval : null,
  }
}
