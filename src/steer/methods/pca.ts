/**
 * First principal direction of pairwise differences: û maximises Σ ((h⁺ᵢ − h⁻ᵢ)·û)², added as h ← h + α·s·û at one layer.
 *
 * Reads one state per prompt and pairs the sides in their order; writes û with s = |mean((h⁺ᵢ − h⁻ᵢ)·û)|, so that α = 1
 * moves a state along û as far as the sides lie apart. Sign: the majority of pairs has the positive further along û; where
 * half of them has, the mean of the positives.
 * Source: repeng's `pca_diff` (github.com/vgel/repeng, repeng/extract.py), which takes the mean of the differences away
 * first (`centred`); CAST (arXiv 2409.05907) does likewise.
 */
import { principalComponents } from '../algebra/principal.ts'
import { difference, dot, meanOf } from '../algebra/vectors.ts'
import type { ContrastStates } from './contrast.ts'
import type { MethodDescription } from './types.ts'

export const pcaDefaults = { centred: false } as const

export const pca: MethodDescription = {
  name: 'pca',
  title: 'First principal direction of differences',
  formula: 'û = argmax Σᵢ ((h⁺ᵢ − h⁻ᵢ)·û)², ‖û‖ = 1;  h ← h + α·s·û at one layer',
  citation: 'repeng (Theia Vogel); Lee et al. 2024, arXiv 2409.05907',
  edit: 'add',
  needs: 'prompts on two sides, paired in their order',
  defaults: pcaDefaults,
  differsFromOriginal:
    'The originals take the mean of the differences away before they look for a direction, and so the mean difference itself; that is `centred: true`. They leave the scale to the user; here it is the distance of the sides along û.',
}

export function pcaDirection({ target }: Pick<ContrastStates, 'target'>, centred: boolean): Float64Array {
  const pairs = Math.min(target.positive.length, target.negative.length)
  const differences = Array.from({ length: pairs }, (_, i) =>
    difference(meanOf(target.positive[i] ?? []), meanOf(target.negative[i] ?? [])),
  )
  const mean = meanOf(differences)
  const rows = centred ? differences.map(row => difference(row, mean)) : differences
  const [axis = mean] = principalComponents(rows, 1).axes
  const ahead = differences.reduce((sum, row) => sum + Math.sign(dot(row, axis)), 0)
  const along = dot(mean, axis)
  // As many ahead as behind say nothing; then it is the means of the sides that say which way is up.
  const up = ahead === 0 ? Math.sign(along) : Math.sign(ahead)
  return axis.map(value => up * Math.abs(along) * value)
}
