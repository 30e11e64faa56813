/**
 * Angular steering: the part of h in a plane is turned to a chosen angle and keeps its length,
 * h ← h − Ph + ‖Ph‖·(cos θ·b₁ + sin θ·b₂), behind both norms of every block.
 *
 * Reads both norms' outputs at every layer. b₁ points from the positives to the negatives of one layer, b₂ along the first
 * principal component of such directions of all layers and both norms. θ = α·45°: at α = 4 a state has been turned half
 * round, away from the negatives. Writes one rotation for each of the two sites.
 * Source: Vu and Nguyen 2025 (arXiv 2510.26243; github.com/lone17/angular-steering, angular_steering.py), `adaptive` there
 * being its adaptive mode 1; `selective` after Selective Steering: only layers whose sides lie on two sides of b₁'s plane.
 */
import type { CompoundVector, RotateVector, SteeringTerm } from '../../engine/types.ts'
import { PlimsollError } from '../../errors.ts'
import type { RunOptions } from '../../progress.ts'
import { orthonormal } from '../algebra/orthonormal.ts'
import { principalComponents } from '../algebra/principal.ts'
import { difference, dot, meanOf, norm, unit, unlessRounding } from '../algebra/vectors.ts'
import {
  type Both,
  type ContrastSpec,
  captureSide,
  checkSides,
  defaultTokens,
  type FitModel,
  type Weighting,
} from './contrast.ts'
import { weightedMean } from './diffmean.ts'
import { tokensOf } from './tokens.ts'
import type { MethodDescription } from './types.ts'

export const angularDefaults = { adaptive: true, selective: false, weighting: 'prompt' } as const

export interface AngularParameters {
  /** Of the means of the sides. */
  readonly weighting: Weighting
  /** Only states with a part along b₁ are turned. */
  readonly adaptive: boolean
  /** Only layers whose sides' means lie on two sides of b₁'s plane are steered. */
  readonly selective: boolean
}

export const angular: MethodDescription = {
  name: 'angular',
  title: 'Angular steering',
  formula:
    'h ← h − Ph + ‖Ph‖·(cos θ·b₁ + sin θ·b₂) behind both norms of every block, θ = α·45°, b₁ towards the negatives',
  citation: 'Vu & Nguyen 2025, arXiv 2510.26243',
  edit: 'compound',
  needs: 'prompts on two sides',
  defaults: angularDefaults,
  differsFromOriginal:
    'The original’s choice of the plane is in a notebook that could not be had. By its names of files it reads before the norms and takes b₁ from the layer most like all others; here directions are read where they are used, behind the norms, and the layer of b₁ is chosen as layers are for every method.',
}

const norms = ['attention-norm', 'mlp-norm'] as const
type NormSite = (typeof norms)[number]

/** Means of both sides at one norm of one layer. */
interface Place {
  readonly site: NormSite
  readonly layer: number
  readonly means: Both<Float64Array>
}

/** An eighth of a turn for each unit of strength: the usual strengths reach from 0 to half a turn. */
const scale = Math.PI / 4

/**
 * One vector per layer from which b₁ is taken.
 * @throws PlimsollError `invalid-input` for an empty side, sides that are alike, nothing left by `selective`
 */
export async function fitAngular(
  model: FitModel,
  spec: ContrastSpec,
  { adaptive, selective, weighting }: AngularParameters,
  options: RunOptions = {},
): Promise<Map<number, CompoundVector>> {
  checkSides(spec, '')
  const places = (await Promise.all(norms.map(site => placesAt(model, spec, weighting, site, options)))).flat()
  const found = places.map(place => ({ ...place, direction: towardsNegatives(place) }))
  const candidates = found.flatMap(({ direction }) => direction ?? [])
  const vectors = new Map<number, CompoundVector>()
  for (const layer of spec.layers) {
    const from = found.find(place => place.site === 'mlp-norm' && place.layer === layer)
    if (from === undefined) throw noLayer(layer, model)
    if (from.direction === null) throw alike(layer)
    const plane = planeOf(from.direction, candidates)
    const terms = norms.flatMap((site): SteeringTerm[] => {
      const chosen = places.filter(place => place.site === site && (!selective || isDivided(place.means, plane.unit)))
      if (chosen.length === 0) return []
      const where = { site, layers: chosen.map(place => place.layer), tokens: { phase: 'all' } } as const
      const vector: RotateVector = { edit: 'rotate', where, directions: { ...plane, scale } }
      return [{ vector: adaptive ? { ...vector, only: 'positive' } : vector }]
    })
    if (terms.length === 0) throw noneDivided(layer)
    vectors.set(layer, { edit: 'compound', terms })
  }
  return vectors
}

async function placesAt(
  model: FitModel,
  spec: ContrastSpec,
  weighting: Weighting,
  site: NormSite,
  options: RunOptions,
): Promise<Place[]> {
  const where = { site, layers: 'all', tokens: tokensOf(spec.tokens ?? defaultTokens) } as const
  const read = (side: 'positive' | 'negative') => captureSide(model, spec, side, where, options)
  const [positive, negative] = [await read('positive'), await read('negative')]
  return positive.layers.map((layer, i) => ({
    site,
    layer,
    means: {
      positive: weightedMean(positive, i, weighting),
      negative: weightedMean(negative, i, weighting),
    },
  }))
}

/** Null where the sides are alike, as the template's own tokens are behind the first norm. */
function towardsNegatives({ means: { positive, negative } }: Place): Float32Array | null {
  const w = unlessRounding(difference(negative, positive), Math.max(norm(positive), norm(negative)))
  return norm(w) > 0 ? Float32Array.from(unit(w)) : null
}

/** b₁ and, at right angles to it, the direction along which the candidates differ most. */
export function planeOf(
  first: Float32Array,
  candidates: readonly Float32Array[],
): Pick<PlaneDirections, 'unit' | 'second'> {
  const mean = meanOf(candidates)
  const [axis = mean] = principalComponents(
    candidates.map(row => difference(row, mean)),
    1,
  ).axes
  // A component has no sign of its own: its largest entry is made positive.
  const largest = axis.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0)
  const [unit, second] = orthonormal([first, largest < 0 ? axis.map(value => -value) : axis])
  if (unit !== undefined && second !== undefined)
    return { unit: Float32Array.from(unit), second: Float32Array.from(second) }
  throw new PlimsollError('invalid-input', 'There is no plane to turn states in', {
    found: 'directions of all layers that are one and the same',
    expected: 'a model whose layers differ',
    fix: 'Take a method with one direction, such as diffmean.',
  })
}

type PlaneDirections = Extract<RotateVector['directions'], { readonly unit: Float32Array }>

/** Whether the sides' means lie on two sides. */
function isDivided({ positive, negative }: Both<Float64Array>, unit: Float32Array): boolean {
  return dot(positive, unit) * dot(negative, unit) < 0
}

function noLayer(layer: number, { info }: FitModel): PlimsollError {
  return new PlimsollError('invalid-input', `angular cannot take its direction from layer ${layer}`, {
    expected: `0 to ${info.layers - 1}`,
    fix: 'Name a block: the embedding has no norms.',
  })
}

function alike(layer: number): PlimsollError {
  return new PlimsollError('invalid-input', `Both sides are alike at layer ${layer}`, {
    found: 'the same mean behind its second norm',
    expected: 'sides that differ',
    fix: 'Give the two sides different prompts.',
  })
}

function noneDivided(layer: number): PlimsollError {
  return new PlimsollError('invalid-input', 'No layer is left to steer', {
    found: `both sides on one side of the direction of layer ${layer}, at every layer`,
    expected: 'layers whose sides’ means project with opposite signs',
    fix: 'Leave `selective` out, or take another layer.',
  })
}
