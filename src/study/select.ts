/** Layer and strength on the select split: by what is answered there, by how far harmless text is moved, or by both. */

import { EMBEDDING } from '../engine/place.ts'
import type { CompoundVector, Steering } from '../engine/types.ts'
import { promptsSuite } from '../measure/suites/index.ts'
import { ablatedFrom, directionAt, type FittedVector } from '../steer/index.ts'
import { type Candidate, candidatesOf, isWithin, type Place, type Selecting } from './candidates.ts'
import { type ConditionMet, conditionMet, conditionSentence } from './condition-met.ts'
import { exploreAt, exploredRate } from './explore.ts'
import { Harmless } from './harmless/index.ts'
import { isWithinOne, net } from './net.ts'
import type { Plan } from './plan.ts'
import type { ExploredPoint, ExploredRate, Selection } from './result.ts'
import { leastReaching, usesBudget } from './rules.ts'
import { type Side, shownOn } from './shown-on.ts'
import { whyChosen } from './why-chosen.ts'
import type { Judged, Setting, Work } from './work.ts'

interface Rates {
  /** Shares of answers that show what the steering is for: see `shownOn`. */
  readonly target: number
  readonly control: number
  /** Degenerate answers on both. */
  readonly degenerate: number
  /** How often a condition of the steering was met; null without one. */
  readonly met: Readonly<{ target: ConditionMet | null; control: ConditionMet | null }>
}

/** The same answers as the axes count them. */
type SelectedAxes = Readonly<Record<'efficacy' | 'control', ExploredRate>>

/** What of a plan a selection needs. */
export type SelectPlan = Pick<Plan, 'study' | 'select' | 'explored' | 'fit'>

export interface Selected<P extends Place> {
  readonly place: P
  readonly strength: number
  readonly selection: Selection
}

/** A point that was answered. */
interface Tried<P extends Place> extends Candidate<P>, Rates {
  readonly layer: number | null
  readonly steering: Steering
  readonly score: number
  readonly axes: SelectedAxes
}

/**
 * Tries places × strengths, or the largest strengths within the budget, and takes the one with the best score.
 * @throws PlimsollError `invalid-input` where nothing is within the budget, or there is no harmless text to tell
 */
export async function selectPoint<P extends Place>(
  work: Work,
  plan: SelectPlan,
  selecting: Selecting<P>,
): Promise<Selected<P>> {
  const { condition, strengths, rule, onRows } = selecting
  const { klBudget: budget, efficacy } = plan.study.select
  const harmless = new Harmless(work, plan)
  const search = await candidatesOf(harmless, budget, selecting)
  const baseline = await rates(work, plan, 'baseline', [], onRows)
  const tried: Tried<P>[] = []
  for (const candidate of search.candidates) {
    const { place, strength } = candidate
    const steering = place.steeringAt(strength)
    const found = await rates(work, plan, nameOf(condition, place, strength), steering, onRows)
    tried.push({ ...candidate, layer: place.layer, steering, ...found, score: net(found) })
  }
  const matched = leastReaching(tried, efficacy)
  const within = rule === 'both' ? tried.filter(point => isWithin(point, budget)) : tried
  const allowed = rule === 'matched-efficacy' ? matched.points : within
  const best = bestPoint(allowed)
  const { place } = best
  const hasText = (await harmless.texts()).length > 0
  // Where the divergence decides nothing it may be told of the chosen point only: every other costs a reading.
  const chosenKl = best.kl ?? (hasText ? ((await harmless.kl([best.steering]))[0] ?? null) : null)
  const units = await harmless.units(tried.map(point => ({ ...point, kl: point === best ? chosenKl : point.kl })))
  const known = new Map(tried.filter(point => point.place === place).map(({ strength, axes }) => [strength, axes]))
  const along = { place, strengths: [...strengths, best.strength], chosen: best.strength }
  const explored = await explore(work, plan, selecting, along, new Map([...known, [0, baseline.axes]]))
  const { target, control } = plan.select
  const fewest = Math.min(target.length, control.length)
  return {
    place,
    strength: best.strength,
    selection: {
      condition,
      rule,
      behaviour: plan.study.behaviour,
      n: { target: target.length, control: control.length },
      baseline: { target: baseline.target, control: baseline.control },
      points: tried.map(({ layer, strength, target, control, degenerate, score }, i) => ({
        ...{ layer, strength, target, control, degenerate, score },
        units: units[i],
        chosen: tried[i] === best,
      })),
      explored,
      ...(usesBudget(rule) && {
        budget: {
          kl: budget,
          looked: search.looked.map(({ place: { layer }, strength, kl }) => ({ layer, strength, kl })),
        },
      }),
      why: `${whyChosen(best, {
        behaviour: plan.study.behaviour,
        ...{ rule, budget, efficacy, reached: matched.reached, baseline, tried: tried.length, allowed: allowed.length },
        close: allowed.filter(point => point !== best && isWithinOne(best.score - point.score, fewest)).length,
        without: bestPoint(tried),
        by: best.by,
      })}${conditionSentence(best.met.target, best.met.control)}`,
    },
  }
}

function nameOf(condition: string, { layer }: Place, strength: number): string {
  return layer === null ? `${condition}×${strength}` : `${condition}@${layer}×${strength}`
}

/** All four axes along the strengths of one place. `known`: the two that were answered to choose, by strength. */
async function explore<P extends Place>(
  work: Work,
  plan: SelectPlan,
  { condition, onRows }: Selecting<P>,
  { place, strengths, chosen }: { place: P; strengths: readonly number[]; chosen: number },
  known: ReadonlyMap<number, SelectedAxes>,
): Promise<ExploredPoint[]> {
  if (plan.explored.length === 0) return []
  const explored: ExploredPoint[] = []
  for (const strength of [...new Set([0, ...strengths])].sort((a, b) => a - b)) {
    const isBaseline = strength === 0
    const steering = isBaseline ? [] : place.steeringAt(strength)
    const answered =
      known.get(strength) ?? (await rates(work, plan, nameOf(condition, place, strength), steering, onRows)).axes
    const others = await exploreAt(work, plan, {
      condition: isBaseline ? 'baseline' : `${condition}×${strength}`,
      steering,
      onRows,
    })
    explored.push({ strength, chosen: strength === chosen, axes: { ...answered, ...others } })
  }
  return explored
}

/** The highest score; of equals the smaller strength, then the earlier layer. */
export function bestPoint<
  P extends { readonly layer: number | null; readonly strength: number; readonly score: number },
>(points: readonly P[]): P {
  const [best] = [...points].sort(
    (a, b) => b.score - a.score || Math.abs(a.strength) - Math.abs(b.strength) || (a.layer ?? 0) - (b.layer ?? 0),
  )
  if (best === undefined) throw new RangeError('there is no point to choose from')
  return best
}

/** The layer whose ablated direction makes the model comply with the most harmful prompts; the earlier of equals. */
export async function selectAblation(
  work: Work,
  plan: Plan,
  condition: string,
  vectors: ReadonlyMap<number, FittedVector>,
  onRows: (rows: number) => void,
): Promise<{ layer: number; vector: CompoundVector }> {
  const tried = []
  for (const [layer, vector] of vectors) {
    const direction = directionAt(vector, layer)
    if (direction === undefined) continue
    const ablation = ablatedFrom(EMBEDDING, direction, work.model.info)
    const { system, slots } = plan.study
    const setting = { steering: [{ vector: ablation }], system, slots }
    const { control } = await answer(work, plan, `${condition}@${layer}`, ['control'], setting, onRows)
    tried.push({ layer, strength: 1, score: shownOn('target', control, plan.study.behaviour), vector: ablation })
  }
  return bestPoint(tried)
}

/** The same under a steering. */
function rates(
  work: Work,
  plan: SelectPlan,
  condition: string,
  steering: Steering,
  onRows: (rows: number) => void,
): ReturnType<typeof selectRates> {
  const { system, slots } = plan.study
  return selectRates(work, plan, condition, { steering, system, slots }, onRows)
}

/** How the select split's prompts are answered in one setting. */
export async function selectRates(
  work: Work,
  plan: SelectPlan,
  condition: string,
  setting: Setting,
  onRows: (rows: number) => void,
): Promise<Rates & { readonly axes: SelectedAxes }> {
  const { target, control } = await answer(work, plan, condition, ['target', 'control'], setting, onRows)
  const degenerate = [...target, ...control].filter(record => record.judgement?.class === 'degenerate').length
  const axes = {
    efficacy: exploredRate(promptsSuite('target', 'efficacy', plan.select.target), target),
    control: exploredRate(promptsSuite('control', 'control', plan.select.control), control),
  }
  const met = { target: conditionMet(target), control: conditionMet(control) }
  return {
    target: shownOn('target', target, plan.study.behaviour),
    control: shownOn('control', control, plan.study.behaviour),
    degenerate,
    met,
    axes,
  }
}

/** Both sides are answered together: a point is one chunk unless the study is large. */
async function answer(
  work: Work,
  { study, select }: Pick<Plan, 'study' | 'select'>,
  condition: string,
  sides: readonly Side[],
  setting: Setting,
  onRows: (rows: number) => void,
): Promise<Record<Side, Judged[]>> {
  const items = sides.flatMap(side =>
    promptsSuite(side, 'efficacy', select[side]).items.map(item => ({ ...item, sample: `${side}/${item.sample}` })),
  )
  const job = { stage: 'select', condition, suite: 'select', items, maxTokens: study.select.maxTokens } as const
  const records = await work.all({ ...job, setting, chunk: 4 * study.chunk }, onRows)
  const of = (side: Side) => records.filter(record => record.sample.startsWith(`${side}/`))
  return { target: of('target'), control: of('control') }
}
