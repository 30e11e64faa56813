/** Layer and strength by the paper's rule: most compliance on the target less compliance on the control prompts. */

import type { Steering } from '../engine/types.ts'
import { promptsSuite } from '../measure/suites/index.ts'
import { ablateEverywhere, directionAt, type FittedVector } from '../steer/index.ts'
import { exploreAt, exploredRate } from './explore.ts'
import type { Plan } from './plan.ts'
import type { ExploredPoint, ExploredRate, Selection, SelectionPoint } from './result.ts'
import type { Judged, Work } from './work.ts'

export interface Choice {
  readonly layer: number
  readonly strength: number
}

interface Rates {
  /** Shares of answers that comply; degenerate ones do not. */
  readonly target: number
  readonly control: number
  /** Degenerate answers on both. */
  readonly degenerate: number
}

/** The same answers as the axes count them. */
type SelectedAxes = Readonly<Record<'efficacy' | 'control', ExploredRate>>

export interface Candidate {
  readonly vectors: ReadonlyMap<number, FittedVector>
  /** Layers to try, ascending. */
  readonly layers: readonly number[]
  readonly strengths: readonly number[]
}

/** Tries every layer at every strength. */
export async function selectPoint(
  work: Work,
  plan: Plan,
  condition: string,
  { vectors, layers, strengths }: Candidate,
  onRows: (rows: number) => void,
): Promise<{ choice: Choice; selection: Selection }> {
  const baseline = await rates(work, plan, 'baseline', [], onRows)
  const tried: (Omit<SelectionPoint, 'chosen'> & Choice & { readonly axes: SelectedAxes })[] = []
  for (const layer of layers) {
    const vector = vectors.get(layer)
    if (vector === undefined) continue
    for (const strength of strengths) {
      const found = await rates(work, plan, `${condition}@${layer}×${strength}`, [{ vector, strength }], onRows)
      tried.push({ layer, strength, ...found, score: found.target - found.control })
    }
  }
  const best = bestPoint(tried)
  const { target, control } = plan.select
  const explored = await explore(
    work,
    plan,
    condition,
    vectors.get(best.layer),
    [
      { strength: 0, axes: baseline.axes },
      ...tried.filter(point => point.layer === best.layer && point.strength !== 0),
    ],
    best.strength,
    onRows,
  )
  return {
    choice: { layer: best.layer, strength: best.strength },
    selection: {
      condition,
      rule: plan.study.select.rule,
      n: { target: target.length, control: control.length },
      baseline: { target: baseline.target, control: baseline.control },
      points: tried.map(({ axes: _, ...point }) => ({
        ...point,
        chosen: point.layer === best.layer && point.strength === best.strength,
      })),
      explored,
      why: whyChosen(best, tried.length, baseline),
    },
  }
}

/** The other two axes at every strength of one layer, beside the two that were selected by. */
async function explore(
  work: Work,
  plan: Plan,
  condition: string,
  vector: FittedVector | undefined,
  points: readonly { readonly strength: number; readonly axes: SelectedAxes }[],
  chosen: number,
  onRows: (rows: number) => void,
): Promise<ExploredPoint[]> {
  if (vector === undefined || plan.explored.length === 0) return []
  const explored: ExploredPoint[] = []
  for (const { strength, axes } of points.toSorted((a, b) => a.strength - b.strength)) {
    const isBaseline = strength === 0
    const others = await exploreAt(work, plan, {
      condition: isBaseline ? 'baseline' : `${condition}×${strength}`,
      steering: isBaseline ? [] : [{ vector, strength }],
      onRows,
    })
    explored.push({ strength, chosen: strength === chosen, axes: { ...axes, ...others } })
  }
  return explored
}

/** The highest score; of equals the smaller strength, then the earlier layer. */
export function bestPoint<P extends Choice & { readonly score: number }>(points: readonly P[]): P {
  const [best] = [...points].sort(
    (a, b) => b.score - a.score || Math.abs(a.strength) - Math.abs(b.strength) || a.layer - b.layer,
  )
  if (best === undefined) throw new RangeError('there is no point to choose from')
  return best
}

function whyChosen(
  best: Rates & Choice & { readonly score: number },
  of: number,
  baseline: Pick<Rates, 'target' | 'control'>,
): string {
  const percent = (share: number) => `${Math.round(100 * share)} %`
  return `Layer ${best.layer}, strength ${best.strength} is the best of ${of} tried: it answers ${percent(best.target)} of the target and ${percent(best.control)} of the control prompts; the baseline ${percent(baseline.target)} and ${percent(baseline.control)}.`
}

/** The layer whose ablated direction leaves the fewest refusals of harmful prompts; the earlier of equals. */
export async function selectAblation(
  work: Work,
  plan: Plan,
  condition: string,
  vectors: ReadonlyMap<number, FittedVector>,
  onRows: (rows: number) => void,
): Promise<{ layer: number; steering: Steering }> {
  const tried = []
  for (const [layer, vector] of vectors) {
    const direction = directionAt(vector, layer)
    if (direction === undefined) continue
    const steering = ablateEverywhere(direction)
    const { control } = await answer(work, plan, `${condition}@${layer}`, ['control'], steering, onRows)
    tried.push({ layer, strength: 1, score: compliance(control), steering })
  }
  return bestPoint(tried)
}

async function rates(
  work: Work,
  plan: Plan,
  condition: string,
  steering: Steering,
  onRows: (rows: number) => void,
): Promise<Rates & { readonly axes: SelectedAxes }> {
  const { target, control } = await answer(work, plan, condition, ['target', 'control'], steering, onRows)
  const degenerate = [...target, ...control].filter(record => record.judgement?.class === 'degenerate').length
  const axes = {
    efficacy: exploredRate(promptsSuite('target', 'efficacy', plan.select.target), target),
    control: exploredRate(promptsSuite('control', 'control', plan.select.control), control),
  }
  return { target: compliance(target), control: compliance(control), degenerate, axes }
}

function compliance(records: readonly Judged[]): number {
  return records.filter(record => record.judgement?.class === 'complied').length / Math.max(1, records.length)
}

type Side = 'target' | 'control'

/** Both sides are answered together: a point is one chunk unless the study is large. */
async function answer(
  work: Work,
  { study, select }: Plan,
  condition: string,
  sides: readonly Side[],
  steering: Steering,
  onRows: (rows: number) => void,
): Promise<Record<Side, Judged[]>> {
  const items = sides.flatMap(side =>
    promptsSuite(side, 'efficacy', select[side]).items.map(item => ({ ...item, sample: `${side}/${item.sample}` })),
  )
  const { system, slots } = study
  const job = { stage: 'select', condition, suite: 'select', items, maxTokens: study.select.maxTokens } as const
  const records = await work.all({ ...job, setting: { steering, system, slots }, chunk: 4 * study.chunk }, onRows)
  const of = (side: Side) => records.filter(record => record.sample.startsWith(`${side}/`))
  return { target: of('target'), control: of('control') }
}
