/** What a where-clause's site, layers and heads mean in a model. */
import { type PlaceKey, placeKey } from './place.ts'
import { selectLayers } from './select.ts'
import type { ModelInfo } from './types.ts'
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
  model: Pick<ModelInfo, 'sites' | 'layers' | 'width'>,
): Places {
  const layers = selectLayers(where, model.layers)
  return {
    site: where.site,
    layers,
    keys: layers.map(layer => placeKey(where.site, layer)),
    width: model.width,
    heads: [0],
  }
}
