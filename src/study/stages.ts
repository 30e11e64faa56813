/** Turns finished rows into progress: what is happening, how much of it is done, and how fast it goes. */
import type { Progress } from '../progress.ts'
import type { Shown } from './measure.ts'
import type { Plan } from './plan.ts'
import type { OnRows, Work } from './work.ts'

type Stage = 'fit' | 'select' | 'measure'

export class Stages {
  /** Rows done in all stages. */
  rows = 0
  readonly #done: Record<Stage, number> = { fit: 0, select: 0, measure: 0 }
  #totals: Record<Stage, number>
  readonly #work: Pick<Work, 'tally'>
  readonly #onProgress: ((event: Progress) => void) | undefined

  constructor(
    plan: Pick<Plan, 'counts'>,
    work: Pick<Work, 'tally'>,
    onProgress: ((event: Progress) => void) | undefined,
  ) {
    this.#totals = totalsOf(plan)
    this.#work = work
    this.#onProgress = onProgress
  }

  /** A plan that turned out to be smaller than it could be. */
  replan(plan: Pick<Plan, 'counts'>): void {
    this.#totals = totalsOf(plan)
  }

  readonly onRows: OnRows = (stage, detail) => rows => {
    // No row was answered, and still something was done.
    this.#add(stage, { rows, detail, ...(stage === 'fit' && rows === 0 && { trains: true as const }) })
  }

  readonly onMeasured = (shown: Shown): void => this.#add('measure', shown)

  #add(stage: Stage, { rows, ...shown }: Shown & Pick<Progress, 'trains'>): void {
    this.rows += rows
    this.#done[stage] += rows
    const done = this.#done[stage]
    const { tokens, seconds } = this.#work.tally
    this.#onProgress?.({
      stage,
      done,
      // Rows whose beginnings tell too little are answered on top of what was planned.
      total: Math.max(done, this.#totals[stage]),
      ...shown,
      ...(seconds > 0 && { tokensPerSecond: tokens / seconds }),
    })
  }
}

function totalsOf({ counts }: Pick<Plan, 'counts'>): Record<Stage, number> {
  const total = (stage: Stage) =>
    counts.filter(count => count.stage === stage).reduce((sum, count) => sum + count.rows, 0)
  return { fit: total('fit'), select: total('select'), measure: total('measure') }
}
