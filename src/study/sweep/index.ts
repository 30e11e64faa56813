/** Layer and strength for a vector, on the select split of a study. */
import type { Model } from '../../engine/types.ts'
import { PlimsollError } from '../../errors.ts'
import type { Progress, RunOptions } from '../../progress.ts'
import type { Vector } from '../../steer/index.ts'
import { openStore, type Store } from '../../store/index.ts'
import { toolVersion } from '../../version.ts'
import { pointCounts } from '../counts.ts'
import { halvings, waysOf } from '../kl-budget.ts'
import { labelsOf } from '../labels.ts'
import type { Selection, SelectionPoint } from '../result.ts'
import { nameOf } from '../rows.ts'
import { selectPoint } from '../select.ts'
import { Work } from '../work.ts'
import { keepSweep, pointsAlong } from './known.ts'
import { planSweep, type SweepPlan, type SweepSource } from './plan.ts'
import { placesOfMethod, placesOfVector, type SweepMethod } from './vectors.ts'

export type { SweepMethod } from './vectors.ts'

export interface SweepSpec extends SweepSource {
  /** An open store, or the path of one, to resume from; by default nothing is kept. */
  readonly store?: Store | string | undefined
}

/** What was tried, and what was chosen of it. */
export interface Sweep extends Omit<Selection, 'condition'> {
  readonly tool: string
  readonly study: string
  readonly model: string
  /** The sets that were asked, as the study names them. */
  readonly asked: Readonly<{ target: string; control: string }>
  /** Said wherever the choice stands, e.g. that the model is a teaching aid. */
  readonly labels: readonly string[]
  /** The point that was chosen, one of `points`. */
  readonly best: SelectionPoint
  /** The vector at the chosen layer, to be used at the chosen strength. */
  readonly vector: Vector
  /** What was left out of the data, and why. */
  readonly dropped: SweepPlan['dropped']
}

/**
 * Tries a vector, several vectors, or what a method makes at each of several layers, and chooses by the study's rule or
 * that of `spec.select`. A vector acts where it says; with `spec.select.layers` at each of these alone.
 * @throws PlimsollError `invalid-input`, `not-found`, `data-invalid`, `vector-mismatch`, `cancelled`
 */
export async function sweep(
  model: Model,
  what: Vector | readonly Vector[] | SweepMethod,
  spec: SweepSpec = {},
  options: RunOptions = {},
): Promise<Sweep> {
  const { store, ...source } = spec
  const plan = await planSweep({ seed: options.seed, ...source }, model.info.name)
  if (typeof store === 'object') return await sweepIn(store, plan, model, what, spec, options)
  await using opened = await openStore(store ?? ':memory:')
  return await sweepIn(opened, plan, model, what, spec, options)
}

async function sweepIn(
  store: Store,
  plan: SweepPlan,
  model: Model,
  what: Vector | readonly Vector[] | SweepMethod,
  { select }: SweepSpec,
  { signal, onProgress }: RunOptions,
): Promise<Sweep> {
  const work = await Work.start({ model, store, run: null, signal })
  const { places, dropped } =
    'method' in what
      ? await placesOfMethod(work, plan, what, { signal, onProgress })
      : { places: [what].flat().flatMap(vector => placesOfVector(vector, select?.layers, model.info)), dropped: [] }
  if (places.length === 0)
    throw new PlimsollError('invalid-input', 'There is no vector to try', {
      found: 'an empty list',
      expected: 'a vector, or a method with its prompts',
      fix: 'Give at least one.',
    })
  const { study } = plan
  const { rule, strengths } = study.select
  const telling = new Telling(plan, places.length, work, onProgress)
  const { selection, place, strength } = await selectPoint(work, plan, {
    condition: 'sweep',
    places,
    strengths,
    rule,
    divergence: 'of every point',
    onRows: telling.onRows,
    onLooked: telling.onLooked,
  })
  const best = selection.points.find(({ chosen }) => chosen)
  if (best === undefined) throw new PlimsollError('internal', `No point was chosen at strength ${strength}`)
  const { condition: _, ...found } = selection
  const { vector } = place
  await keepSweep(store, vector, {
    study: study.name,
    margin: study.margins.rates,
    points: pointsAlong(found),
  })
  return {
    tool: `plimsoll ${toolVersion}`,
    study: study.name,
    model: model.info.name,
    asked: { target: nameOf(study.select.on.target), control: nameOf(study.select.on.control) },
    ...found,
    best,
    vector,
    labels: labelsOf(study, model.info),
    dropped: [...plan.dropped, ...dropped],
  }
}

/** Says how far it is: strengths whose divergence was measured, then rows that were answered. */
class Telling {
  readonly #total: { readonly rows: number; readonly strengths: number }
  readonly #work: Work
  readonly #onProgress: ((event: Progress) => void) | undefined
  #rows = 0
  #strengths = 0

  constructor(plan: SweepPlan, places: number, work: Work, onProgress: ((event: Progress) => void) | undefined) {
    const { rule, strengths } = plan.study.select
    const { answered, curve, curveOnly } = pointCounts(plan.study.select)
    const selected = plan.select.target.length + plan.select.control.length
    const explored = plan.explored.reduce((sum, { items }) => sum + items.length, 0)
    const points = 1 + places * answered + (explored > 0 ? curveOnly : 0)
    const searched = rule === 'kl-budget' ? waysOf(strengths).length * halvings : 0
    this.#total = {
      rows: points * selected + (explored > 0 ? (1 + curve) * explored : 0),
      strengths: places * (strengths.length + searched),
    }
    this.#work = work
    this.#onProgress = onProgress
  }

  readonly onRows = (rows: number): void => {
    this.#rows += rows
    const { tokens, seconds } = this.#work.tally
    this.#onProgress?.({
      stage: 'select',
      done: this.#rows,
      total: Math.max(this.#rows, this.#total.rows),
      ...(seconds > 0 && { tokensPerSecond: tokens / seconds }),
    })
  }

  readonly onLooked = (strengths: number): void => {
    this.#strengths += strengths
    const done = this.#strengths
    this.#onProgress?.({ stage: 'divergence', done, total: Math.max(done, this.#total.strengths) })
  }
}
