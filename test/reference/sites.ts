/** What a where-clause can name in a model of known parts. */
import { EMBEDDING } from '../../src/engine/place.ts'
import type { SiteInfo } from '../../src/engine/types.ts'
import type { Site } from '../../src/engine/where.ts'
import type { Block, Weights } from './weights.ts'

export function sitesOf({ blocks, width, heads, headSize }: Weights): SiteInfo[] {
  const where = (site: Site, has: (block: Block) => boolean, own: Partial<SiteInfo> = {}): SiteInfo[] => {
    const layers = [...blocks.keys()].filter(layer => has(blocks[layer]!))
    return layers.length === 0 ? [] : [{ site, layers, width, heads: 1, tensor: 'state', postNorm: 'none', ...own }]
  }
  const attends = ({ mixer }: Block) => mixer.kind === 'attention'
  const normed = (norms: readonly (Float64Array | null)[]) => (norms.every(norm => norm === null) ? 'none' : 'after')
  return [
    { site: 'embedding', layers: [EMBEDDING], width, heads: 1, tensor: 'state', postNorm: 'none' },
    ...where('residual', () => true),
    ...where('attention', attends, { postNorm: normed(blocks.map(block => block.attentionPostNorm)) }),
    ...where('mlp', () => true, { postNorm: normed(blocks.map(block => block.mlpPostNorm)) }),
    ...where('head', attends, { width: headSize, heads }),
    ...where('attention-norm', block => block.attentionNorm !== null),
    ...where('mlp-norm', block => block.mlpNorm !== null),
  ]
}
