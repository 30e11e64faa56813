/**
 * Ablation of one direction everywhere: h ← h − λ(h·û)û at the embedding, at every attention output, and after every
 * block.
 *
 * Reads the residual stream of two sides at one layer; writes one compound vector of the same û at all of these places.
 * In a study û points from harmless to harmful prompts, token position and layer are picked by the published rule
 * (src/study/ablation/), and it is the positive control: refusals have to break.
 * Source: Arditi et al. 2024 (arXiv 2406.11717; github.com/andyrdt/refusal_direction, pipeline/utils/hook_utils.py).
 */
import { EMBEDDING } from '../../engine/place.ts'
import { directionAt } from '../../engine/steering.ts'
import type { CompoundVector, Direction, DirectionVector, ModelInfo } from '../../engine/types.ts'
import type { MethodDescription } from './types.ts'

export const ablationDefaults = { weighting: 'prompt' } as const

export const ablation: MethodDescription = {
  name: 'ablation',
  title: 'Ablation of a direction',
  formula: 'h ← h − α·(h·û)û at the embedding, every attention output and every residual layer, û = w/‖w‖',
  citation: 'Arditi et al. 2024, arXiv 2406.11717',
  edit: 'compound',
  needs: 'prompts on two sides; in a study harmless and harmful ones, and refusals whose beginnings can be read',
  defaults: ablationDefaults,
  differsFromOriginal:
    'The original writes at MLP outputs where we write after the block: once embedding and attention outputs have nothing along û, that is the same, and nothing of a norm behind the output is left over. Where a model has no attention site, its MLPs still read what attention put along û in the same block. The beginning-of-sequence token is left alone. Refusal openings are measured, not given; every candidate is looked at on a quarter of the rows first, and the rest is computed for the best of these until one passes; where none does, a study falls back to the layer whose ablation leaves the fewest refusals, and says so. Fitted by itself, position and layer are those it is told.',
}

/**
 * One direction taken away from a layer on: from the residual stream after it, and from what attention adds behind it.
 * @param from −1 for everywhere, the embedding included
 */
export function ablatedFrom(
  from: number,
  { unit, scale }: Direction,
  { sites, layers }: Pick<ModelInfo, 'sites' | 'layers'>,
): CompoundVector {
  const tokens = { phase: 'all' } as const
  // Its length does nothing here; it stays, to say how far the sides lay apart.
  const directions = { unit, scale }
  const part = (where: DirectionVector['where']) => ({ vector: { edit: 'ablate', where, directions } as const })
  const attention = sites.find(({ site }) => site === 'attention')?.layers.filter(layer => layer > from) ?? []
  return {
    edit: 'compound',
    terms: [
      ...(from === EMBEDDING ? [part({ site: 'embedding', layers: 'all', tokens })] : []),
      ...(attention.length > 0 ? [part({ site: 'attention', layers: attention, tokens })] : []),
      part({ site: 'residual', layers: { from: Math.max(0, from), to: layers - 1 }, tokens }),
    ],
  }
}

/** Directions as they were read, each taken away from a layer on instead of added. */
export function ablated(
  info: Pick<ModelInfo, 'sites' | 'layers'>,
  added: ReadonlyMap<number, DirectionVector>,
  from: (layer: number) => number,
): Map<number, CompoundVector> {
  return new Map(
    [...added].flatMap(([layer, vector]) => {
      const direction = directionAt(vector, layer)
      return direction === undefined ? [] : [[layer, ablatedFrom(from(layer), direction, info)] as const]
    }),
  )
}
