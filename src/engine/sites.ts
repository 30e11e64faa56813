/** What a where-clause's site, layers and heads mean in a model. */
import { PlimsollError } from '../errors.ts'
import { EMBEDDING, type PlaceKey, placeKey } from './place.ts'
import { selectLayers } from './select-layers.ts'
import type { ModelInfo, SiteInfo } from './types.ts'
import type { Site, Where } from './where.ts'

export interface Places {
  readonly site: Site
  /** Ascending; [−1] for the embedding. */
  readonly layers: readonly number[]
  /** One for each layer. */
  readonly keys: readonly PlaceKey[]
  /** Values that one edit sees: of a token, of one head for `head`. */
  readonly width: number
  /** The chosen heads, ascending; [0] at other sites. Head i starts at value i × width of a token's row. */
  readonly heads: readonly number[]
}

/**
 * @throws PlimsollError `invalid-input` for a site, layer or head the model does not have, naming those it has;
 * `nothing-selected` for an empty range of layers
 */
export function placesOf(
  where: Pick<Where, 'site' | 'layers' | 'heads'>,
  model: Pick<ModelInfo, 'sites' | 'layers'>,
): Places {
  const info = model.sites.find(({ site }) => site === where.site)
  if (info === undefined) {
    throw new PlimsollError('invalid-input', `This model has no site ${where.site}`, {
      found: `site ${where.site}`,
      expected: model.sites.map(({ site }) => site).join(', '),
      fix: 'Name one of these; `plimsoll doctor --model` describes them.',
    })
  }
  const layers = layersOf(where, info, model.layers)
  return {
    site: info.site,
    layers,
    keys: layers.map(layer => placeKey(info.site, layer)),
    width: info.width,
    heads: headsOf(where, info),
  }
}

function layersOf(where: Pick<Where, 'site' | 'layers'>, info: SiteInfo, count: number): readonly number[] {
  const layers = selectLayers(where, count)
  if (where.layers === 'all') return info.layers
  const lacking = layers.filter(layer => !info.layers.includes(layer))
  if (lacking.length === 0) return layers
  throw new PlimsollError('invalid-input', `This model has no site ${info.site} at layer ${lacking[0]}`, {
    found: `layers ${layers.join(', ')}`,
    expected: `${info.site} at layers ${info.layers.join(', ')}`,
    fix: 'Name only layers that have this site, or leave `layers` out for all of those.',
  })
}

function headsOf({ site, heads }: Pick<Where, 'site' | 'heads'>, info: SiteInfo): number[] {
  if (heads === undefined) return Array.from({ length: info.heads }, (_, head) => head)
  if (site !== 'head') {
    throw new PlimsollError('invalid-input', `The site ${site} has no heads`, {
      found: `heads ${heads.join(', ')} at site ${site}`,
      expected: 'heads only at the site head',
      fix: 'Use site head, or leave `heads` out.',
    })
  }
  const unknown = heads.find(head => head >= info.heads)
  if (unknown !== undefined) {
    throw new PlimsollError('invalid-input', `This model has no head ${unknown}`, {
      found: `head ${unknown}`,
      expected: `heads 0 to ${info.heads - 1}`,
      fix: 'Name heads the model has; they are counted from 0.',
    })
  }
  return [...new Set(heads)].sort((a, b) => a - b)
}

/** Embedding and residual stream of a model whose every layer is alike: what every model has. */
export function plainSites(layers: number, width: number): SiteInfo[] {
  const all = Array.from({ length: layers }, (_, layer) => layer)
  const common = { width, heads: 1, postNorm: 'none' } as const
  return [
    { site: 'embedding', layers: [EMBEDDING], tensor: 'embd', ...common },
    { site: 'residual', layers: all, tensor: 'l_out-{layer}', ...common },
  ]
}
