/**
 * Conditional activation steering: h ← h + α·s·û at one layer, only under prompts whose states meet a condition.
 *
 * Behaviour: û by `pca`. Condition: of a prompt's mean state h̄ at a lower layer, the cosine of h̄ with tanh(ĉĉᵀh̄), ĉ by `pca`
 * of prompts that are to be steered and such that are not, is above or below a threshold; decided while the prompt is read,
 * for all of its tokens above and for the whole answer. To be steered are those of the contrast and the control's positives,
 * not the control's negatives. Layer, threshold and comparison are those with the highest F1 for telling these apart.
 * Source: Lee et al. 2024 (arXiv 2409.05907; github.com/IBM/activation-steering, steering_vector.py `pca_pairwise`,
 * leash_layer.py, malleable_model.py `find_best_condition_point`).
 */
import { evenly } from '../../data/index.ts'
import type { CompoundVector, ConditionGate, Direction, DirectionVector, Prompt } from '../../engine/types.ts'
import { PlimsollError } from '../../errors.ts'
import type { RunOptions } from '../../progress.ts'
import { dot, meanOf, norm } from '../algebra/vectors.ts'
import { toDirection } from '../vector.ts'
import {
  type ContrastSpec,
  type ContrastStates,
  type FitModel,
  fitDirections,
  fitLayers,
  type Sides,
  wholePairs,
} from './contrast.ts'
import { pcaDirection } from './pca.ts'
import type { MethodDescription } from './types.ts'

export const castDefaults = { centred: false } as const

export const cast: MethodDescription = {
  name: 'cast',
  title: 'Conditional activation steering',
  formula:
    'h ← h + α·s·û at one layer if cos(h̄, tanh(ĉĉᵀh̄)) of the prompt’s mean state h̄ at a lower layer passes a threshold',
  citation: 'Lee et al. 2024, arXiv 2409.05907',
  edit: 'compound',
  needs: 'prompts on two sides, and control prompts: positives to be steered as well, negatives to be left alone',
  defaults: castDefaults,
  differsFromOriginal:
    'The original steers several layers, tries thresholds on a grid, and reads a condition at a block’s input; here one layer is steered as by every method, thresholds lie midway between the states seen, and conditions are read at any layer below the steered one, at its output.',
}

/** When a condition is met, and how well that tells the sides apart. */
export interface ConditionPoint {
  readonly threshold: number
  readonly open: 'above' | 'below'
  readonly f1: number
}

interface Candidate extends ConditionPoint {
  readonly layer: number
  readonly direction: Direction
}

/**
 * One vector per layer.
 * @throws PlimsollError `invalid-input` for an empty side, no control, a layer with none below it, states that give no direction
 */
export async function fitCast(
  model: FitModel,
  spec: ContrastSpec,
  { centred }: { readonly centred: boolean },
  options: RunOptions = {},
): Promise<Map<number, CompoundVector>> {
  const { control } = spec
  if (control === undefined) throw new RangeError('cast needs control prompts')
  const lowest = Math.min(...spec.layers)
  if (lowest < 1)
    throw new PlimsollError('invalid-input', 'A condition has to be decided below the layer that it decides about', {
      found: `layer ${lowest}`,
      expected: `layers 1 to ${model.info.layers - 1}`,
      fix: 'Name a later layer.',
    })
  const make = (states: ContrastStates) => pcaDirection(states, centred)
  const behaviours = await fitDirections(
    model,
    { ...(await wholePairs(model, spec, options)), control: undefined },
    { name: 'cast', reads: 'means', make },
    options,
  )
  const below = Array.from({ length: Math.max(...spec.layers) }, (_, layer) => layer)
  const conditions = await fitLayers(
    model,
    { positive: toSteer(spec, control), negative: control.negative, layers: below, tokens: { phase: 'prompt' } },
    { reads: 'means', make: (states, layer) => conditionAt(states, layer) },
    options,
  )
  return new Map(
    [...behaviours].map(([layer, vector]) => {
      const candidates = [...conditions.values()].filter(one => one !== null).filter(one => one.layer < layer)
      return [layer, conditional(vector, bestOf(candidates))]
    }),
  )
}

/**
 * Prompts that are to be steered: those of the contrast on both sides and the control's positives, but none that is to be
 * left alone. As many as of these, taken evenly: where most prompts are to be steered, a condition that is always met would
 * have a high F1.
 */
function toSteer({ positive, negative }: Sides<Prompt>, control: Sides<Prompt>): readonly Prompt[] {
  const named = new Map([...positive, ...negative, ...control.positive].map(prompt => [JSON.stringify(prompt), prompt]))
  for (const prompt of control.negative) named.delete(JSON.stringify(prompt))
  return evenly([...named.values()], control.negative.length)
}

/** Null where the states of a layer tell the sides apart by nothing. */
function conditionAt(states: Pick<ContrastStates, 'target'>, layer: number): Candidate | null {
  const axis = pcaDirection(states, false)
  if (!(norm(axis) > 0)) return null
  const { unit, scale } = toDirection(axis, `The condition at layer ${layer}`)
  const of = (rows: readonly (readonly Float32Array[])[]) => rows.map(row => projectedCosine(meanOf(row), unit))
  const point = bestThreshold(of(states.target.positive), of(states.target.negative))
  return point === null ? null : { layer, direction: { unit, scale }, ...point }
}

/** The cosine of a state with tanh of its projection on a unit vector. */
export function projectedCosine(state: ArrayLike<number>, unit: ArrayLike<number>): number {
  const along = dot(state, unit)
  const projected = Float64Array.from(unit, value => Math.tanh(along * value))
  const lengths = norm(state) * norm(projected)
  return lengths === 0 ? 0 : dot(state, projected) / lengths
}

/** The threshold, midway between two of the values, that tells positives from negatives with the highest F1; null for none. */
export function bestThreshold(positives: readonly number[], negatives: readonly number[]): ConditionPoint | null {
  const values = [...new Set([...positives, ...negatives])].sort((a, b) => a - b)
  let best: ConditionPoint | null = null
  for (const [i, value] of values.entries()) {
    const next = values[i + 1]
    if (next === undefined) break
    const threshold = (value + next) / 2
    for (const open of ['above', 'below'] as const) {
      const f1 = f1Of(positives, negatives, found => (open === 'above' ? found > threshold : found < threshold))
      if (f1 > (best?.f1 ?? 0)) best = { threshold, open, f1 }
    }
  }
  return best
}

function f1Of(positives: readonly number[], negatives: readonly number[], fires: (value: number) => boolean): number {
  const [hits, alarms] = [positives.filter(fires).length, negatives.filter(fires).length]
  return (2 * hits) / (hits + alarms + positives.length)
}

/** The highest F1; of equals the lowest layer. */
function bestOf([first, ...others]: readonly Candidate[]): Candidate {
  if (first === undefined)
    throw new PlimsollError('invalid-input', 'No condition tells the control’s sides apart', {
      found: 'states that are alike on both sides, at every layer below',
      expected: 'control prompts whose states differ between the sides',
      fix: 'Give other control prompts, or take a method without a condition.',
    })
  return others.reduce((best, one) => (one.f1 > best.f1 ? one : best), first)
}

function conditional(vector: DirectionVector, { layer, direction, threshold, open }: Candidate): CompoundVector {
  const gate: ConditionGate = {
    kind: 'condition',
    where: { site: 'residual', layers: [layer], tokens: { phase: 'prompt' } },
    directions: direction,
    measure: 'projected-cosine',
    threshold,
    open,
    pass: 'later-layers',
  }
  return { edit: 'compound', terms: [{ vector, gates: [gate] }] }
}
