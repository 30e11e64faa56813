/**
 * Affine concept editing: h ← h − (h·û)û + (μ⁻·û)û + α·s·û at one layer, with s·û = mean(h⁺) − mean(h⁻).
 *
 * Reads the states of both sides; writes û, its length s, and the negatives' mean along û as the reference. So at strength 0
 * every state is as far along û as the negatives are on average, at strength 1 as far as the positives: the component is
 * set, where adding only moves it.
 * Source: Marshall, Scherlis and Belrose 2024 (arXiv 2411.09003), equation for v′ with the reference μ⁻.
 */
import type { AffineVector } from '../../engine/types.ts'
import type { RunOptions } from '../../progress.ts'
import { dot } from '../algebra/vectors.ts'
import { toDirection } from '../vector.ts'
import {
  type ContrastSpec,
  type ContrastStates,
  type FitModel,
  fitLayers,
  meanDifference,
  meanOver,
  placeOf,
  readsFor,
  type Weighting,
  whereOf,
} from './contrast.ts'
import type { MethodDescription } from './types.ts'

export const aceDefaults = { weighting: 'prompt' } as const

export const ace: MethodDescription = {
  name: 'ace',
  title: 'Affine concept editing',
  formula: 'w = mean(h⁺) − mean(h⁻), û = w/‖w‖;  h ← h − (h·û)û + (mean(h⁻)·û)û + α·w at one layer',
  citation: 'Marshall et al. 2024, arXiv 2411.09003',
  edit: 'affine',
  needs: 'prompts on two sides',
  defaults: aceDefaults,
  differsFromOriginal:
    'The source reads the last token; here the template’s tokens after the instruction are averaged per prompt, as for every method, unless others are chosen.',
}

/** @throws PlimsollError `invalid-input` for an empty side, or sides that give the same mean */
export function fitAce(
  model: FitModel,
  spec: ContrastSpec,
  { weighting }: { readonly weighting: Weighting },
  options: RunOptions = {},
): Promise<Map<number, AffineVector>> {
  const make = (states: ContrastStates, layer: number) => aceVector(states, layer, weighting)
  return fitLayers(model, spec, { reads: readsFor(weighting), make }, options)
}

export function aceVector(
  { target }: Pick<ContrastStates, 'target'>,
  layer: number,
  weighting: Weighting = 'prompt',
): AffineVector {
  const below = meanOver(target.negative, weighting)
  const w = meanDifference(target, weighting)
  const direction = toDirection(w, `The mean difference at ${placeOf(layer)}`)
  const reference = dot(below, direction.unit)
  return { edit: 'affine', where: whereOf(layer), directions: { [layer]: { ...direction, reference } } }
}
