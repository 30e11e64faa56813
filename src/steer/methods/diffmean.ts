/**
 * DiffMean: w = mean(h⁺) − mean(h⁻), added as h ← h + α·w at one layer.
 *
 * Reads the residual stream of positives and negatives at the chosen tokens; writes one unit direction per layer with
 * the norm of the difference as its natural scale. Positives show the behaviour to be strengthened.
 * Source: Marks and Tegmark 2024 (arXiv 2310.06824); Arditi et al. 2024 (arXiv 2406.11717); as used by Goyal and
 * Daumé 2026 (arXiv 2602.06256).
 */
import { EMBEDDING } from '../../engine/place.ts'
import type { Capture, DirectionVector } from '../../engine/types.ts'
import { PlimsollError } from '../../errors.ts'
import { type RunOptions, runOptions } from '../../progress.ts'
import { difference, norm, unlessRounding } from '../algebra/vectors.ts'
import { toDirection } from '../vector.ts'
import {
  type ContrastSpec,
  checkFinite,
  checkSides,
  clauses,
  defaultTokens,
  type FitModel,
  readable,
  type Weighting,
  whereOf,
} from './contrast.ts'
import { type TokensSaid, tokensOf } from './tokens.ts'
import type { MethodDescription } from './types.ts'

export interface DiffmeanSpec extends Omit<ContrastSpec, 'control'> {
  /** `prompt` (default): every prompt counts alike; `token`: every token does, as AxBench has it. */
  readonly weighting?: Weighting | undefined
}

export const diffmeanDefaults = { tokens: defaultTokens, weighting: 'prompt' } as const satisfies {
  tokens: TokensSaid
  weighting: Weighting
}

export const diffmean: MethodDescription = {
  name: 'diffmean',
  title: 'Difference of means',
  formula: 'w = mean(h⁺) − mean(h⁻);  h ← h + α·w at one layer',
  citation: 'Marks & Tegmark 2024, arXiv 2310.06824; Arditi et al. 2024, arXiv 2406.11717',
  edit: 'add',
  needs: 'prompts on two sides: some that show the behaviour, some that show its opposite',
  defaults: diffmeanDefaults,
  differsFromOriginal:
    'Tokens and weighting are left open by the sources: the template’s tokens after the instruction, averaged per prompt, are this project’s choice; both are parameters.',
}

/**
 * One vector per layer, from one pass over each side. Adding it acts on every token but the beginning of sequence.
 * @throws PlimsollError `invalid-input` for an empty side, or sides that give the same mean
 */
export async function fitDiffmean(
  model: FitModel,
  spec: DiffmeanSpec,
  options: RunOptions = {},
): Promise<Map<number, DirectionVector>> {
  checkSides(spec, '')
  const positive = await means(model, spec, 'positive', options)
  const negative = await means(model, spec, 'negative', options)
  return new Map(
    spec.layers.map(layer => {
      const [up, down] = [positive.get(layer), negative.get(layer)]
      if (up === undefined || down === undefined) {
        throw new PlimsollError('internal', `Layer ${layer} was asked for and not read`)
      }
      const place = layer === EMBEDDING ? 'the embedding' : `layer ${layer}`
      // The same prompts in another order are not quite equal.
      const w = unlessRounding(difference(up, down), Math.max(norm(up), norm(down)))
      const direction = toDirection(w, `The mean difference at ${place}`)
      return [layer, { edit: 'add', where: whereOf(layer), directions: { [layer]: direction } }]
    }),
  )
}

async function means(
  model: FitModel,
  spec: DiffmeanSpec,
  side: 'positive' | 'negative',
  options: RunOptions,
): Promise<Map<number, Float64Array>> {
  const tokens = tokensOf(spec.tokens ?? diffmeanDefaults.tokens)
  const prompts = await readable(model, spec[side], spec.answers?.[side], tokens, options)
  const result = new Map<number, Float64Array>()
  for (const where of clauses(spec.layers, tokens)) {
    const captured = await model.capture(prompts, where, { ...runOptions(options), reduce: 'mean' })
    checkFinite(captured)
    for (const [i, layer] of captured.layers.entries()) {
      result.set(layer, weightedMean(captured, i, spec.weighting ?? diffmeanDefaults.weighting))
    }
  }
  return result
}

/** The mean of one layer's rows, a row a prompt. */
export function weightedMean(captured: Capture, layer: number, weighting: Weighting): Float64Array {
  const sum = new Float64Array(captured.width)
  let total = 0
  for (const [prompt, states] of captured.states.entries()) {
    const weight = weighting === 'prompt' ? 1 : captured.positions[prompt]!.length
    const state = states[layer]!
    total += weight
    for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + weight * state[i]!
  }
  return sum.map(value => value / total)
}
