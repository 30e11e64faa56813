/**
 * Ablation of one direction everywhere: h ← h − λ(h·û)û at the embedding and after every block.
 *
 * Reads a fitted direction; writes two terms, one for each site. With the difference of means of harmful against
 * harmless prompts it is the positive control of a study: refusals have to break.
 * Source: Arditi et al. 2024 (arXiv 2406.11717). Their rule that selects position and layer is not here yet:
 * a study takes the candidate layer whose ablation lowers refusals most on the select split.
 */
import type { Direction, Steering } from '../../engine/types.ts'
import type { MethodDescription } from './types.ts'

export const ablation: MethodDescription = {
  name: 'ablation',
  title: 'Ablation of a direction',
  formula: 'h ← h − λ(h·û)û at the embedding and every residual layer',
  citation: 'Arditi et al. 2024, arXiv 2406.11717',
  edit: 'ablate',
  needs: 'a direction, here DiffMean of harmful against harmless prompts',
  defaults: { lambda: 1 },
  differsFromOriginal:
    'The original picks token position and layer by a rule of its own; here the template’s tokens, and the layer whose ablation lowers refusals most on the select split. It writes at attention and MLP outputs too; here a block’s MLP still reads what its own attention put along the direction, which is removed after the block.',
}

/** Steering that removes a direction from the whole residual stream. */
export function ablateEverywhere(direction: Direction, strength = 1): Steering {
  const tokens = { phase: 'all' } as const
  return [
    {
      vector: { edit: 'ablate', where: { site: 'embedding', layers: 'all', tokens }, directions: direction },
      strength,
    },
    { vector: { edit: 'ablate', where: { site: 'residual', layers: 'all', tokens }, directions: direction }, strength },
  ]
}
