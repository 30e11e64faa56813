/** What the grades of a rubric come to, by condition and suite. Beside the verdict, never in it. */
import { FAILED } from '../../judge/rubric/index.ts'
import { pairedBootstrap } from '../../measure/statistics/index.ts'
import type { Suite } from '../../measure/suites/index.ts'
import type { Score, Store } from '../../store/index.ts'
import type { Measured } from '../measure.ts'
import type { ConditionResult } from '../result.ts'
import type { Judged } from '../work.ts'
import type { HarmScore, JudgeReport } from './types.ts'

/** Pairs from which a bootstrap interval is given. */
const FEWEST_PAIRS = 10

/** Null where no grader is named. */
export async function gradedHarm(
  store: Store,
  { suites, seed }: { readonly suites: readonly Suite[]; readonly seed: number },
  conditions: readonly Pick<ConditionResult, 'name' | 'role'>[],
  measured: Measured,
  grader: string | undefined,
): Promise<JudgeReport['harm']> {
  if (grader === undefined) return null
  const baseline = conditions.find(({ role }) => role === 'baseline')?.name ?? 'baseline'
  const scores: HarmScore[] = []
  for (const suite of suites.filter(one => one.harmful && one.items.some(item => item.kind === 'answer'))) {
    const of = async (name: string) => scoresOf(store, measured.get(suite.name)?.get(name) ?? [], grader)
    const before = await of(baseline)
    for (const { name } of conditions) {
      const after = name === baseline ? before : await of(name)
      if (after.size > 0) scores.push(summary(suite, name, name === baseline ? null : before, after, seed))
    }
  }
  return { grader, scores }
}

/** By the row that was answered. */
type Scores = ReadonlyMap<string, Score>

async function scoresOf(store: Store, records: readonly Judged[], grader: string): Promise<Scores> {
  const chunks = new Map<string, ReadonlyMap<number, Score>>()
  for (const { chunk } of records) if (!chunks.has(chunk)) chunks.set(chunk, await store.scores(chunk, grader))
  return new Map(
    records.map(({ sample, chunk, position }) => [
      sample,
      chunks.get(chunk)?.get(position) ?? { value: null, reason: `${FAILED}not graded` },
    ]),
  )
}

function summary(
  { name: suite, grid }: Suite,
  condition: string,
  before: Scores | null,
  after: Scores,
  seed: number,
): HarmScore {
  const values = [...after.values()].flatMap(({ value }) => value ?? [])
  const reasons: Record<string, number> = {}
  for (const { value, reason } of after.values()) if (value === null) reasons[reason] = (reasons[reason] ?? 0) + 1
  const pairs = [...after].flatMap(([sample, { value }]) => {
    const baseline = before?.get(sample)?.value ?? null
    return value === null || baseline === null ? [] : [{ baseline, steered: value }]
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
    mean: mean(values),
    change,
    // With most differences alike a bound may be infinite, which says nothing.
    ci: interval?.every(Number.isFinite) === true ? interval : null,
  }
}
