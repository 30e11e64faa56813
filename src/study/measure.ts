/** Answers every suite under every condition. */
import type { Progress } from '../progress.ts'
import type { ActiveCondition } from './active.ts'
import { compareSuite } from './compare.ts'
import type { Plan } from './plan.ts'
import { rowsAsked } from './rows-asked.ts'
import type { Judged, Work } from './work.ts'

/** Records by suite and condition, in the order of the suite's items; a condition may have been asked only some of them. */
export type Measured = ReadonlyMap<string, ReadonlyMap<string, readonly Judged[]>>

export interface Shown extends Pick<Progress, 'detail' | 'soFar'> {
  readonly rows: number
}

/** Goes through a suite chunk by chunk, all conditions abreast, so that changes can be told while it runs. */
export async function measure(
  work: Work,
  plan: Plan,
  conditions: readonly ActiveCondition[],
  onRows: (shown: Shown) => void,
  openings: readonly number[] = [],
): Promise<Measured> {
  const measured = new Map<string, ReadonlyMap<string, readonly Judged[]>>()
  for (const suite of plan.suites) {
    const answers = new Map(conditions.map(({ name }) => [name, [] as Judged[]]))
    let open = conditions.map(condition => ({
      condition,
      chunks: work.chunks({ ...jobOf(plan, suite, condition), openings }),
    }))
    while (open.length > 0) {
      const still: typeof open = []
      for (const one of open) {
        const { done, value } = await one.chunks.next()
        if (done === true) continue
        still.push(one)
        answers.get(one.condition.name)?.push(...value)
        onRows({ rows: value.length, detail: suite.name, ...soFar(plan, suite, conditions, answers) })
      }
      open = still
    }
    measured.set(suite.name, answers)
  }
  return measured
}

function jobOf({ study }: Plan, suite: Plan['suites'][number], { name, setting, rows }: ActiveCondition) {
  const items = rowsAsked(suite, rows, study.seed)
  const { maxTokens } = study.generation
  return {
    stage: 'measure',
    condition: name,
    suite: suite.name,
    items,
    setting,
    maxTokens,
    chunk: study.chunk,
  } as const
}

/** The change of the first method, from the rows that both it and the baseline answered. */
function soFar(
  { study }: Plan,
  suite: Plan['suites'][number],
  conditions: readonly ActiveCondition[],
  answers: ReadonlyMap<string, readonly Judged[]>,
): Pick<Progress, 'soFar'> {
  const of = (role: ActiveCondition['role']) => {
    const condition = conditions.find(one => one.role === role)
    return condition === undefined ? [] : (answers.get(condition.name) ?? [])
  }
  const [baseline, steered] = [of('baseline'), of('method')]
  const both = Math.min(baseline.length, steered.length)
  if (both === 0) return {}
  const { n, change, ci } = compareSuite(suite, study, baseline.slice(0, both), steered.slice(0, both), new Map())
  return n === 0 ? {} : { soFar: { change, ci } }
}
