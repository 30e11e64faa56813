/** From a where-clause to the layers of a model. */
import { PlimsollError } from '../errors.ts'
import { EMBEDDING } from './place.ts'
import type { Where } from './where.ts'

/**
 * The layers a clause means, ascending, each once; [−1] for `embedding`. `{from, to}` includes both ends.
 * @throws PlimsollError `invalid-input` for a layer the model does not have, `nothing-selected` for an empty range.
 */
export function selectLayers(where: Pick<Where, 'site' | 'layers'>, layerCount: number): number[] {
  const { site, layers } = where
  const expected = `layers 0 to ${layerCount - 1}`
  if (site === 'embedding') {
    if (layers === 'all') return [EMBEDDING]
    throw new PlimsollError('invalid-input', 'The embedding has no layers.', {
      found: `site embedding with layers ${JSON.stringify(layers)}`,
      expected: 'site embedding alone, or site residual with layers',
      fix: 'Leave `layers` out, or use site residual.',
    })
  }
  if (layers === 'all') return Array.from({ length: layerCount }, (_, layer) => layer)
  if (!Array.isArray(layers) && layers.from > layers.to) {
    throw new PlimsollError('nothing-selected', 'The where-clause selects no layer.', {
      found: `layers from ${layers.from} to ${layers.to}`,
      expected,
      fix: 'Give a range whose `from` is not above its `to`; both ends are included.',
    })
  }
  const unknown = (Array.isArray(layers) ? layers : [layers.from, layers.to]).find(
    layer => !Number.isInteger(layer) || layer < 0 || layer >= layerCount,
  )
  if (unknown !== undefined) {
    throw new PlimsollError('invalid-input', `The model has no layer ${unknown}.`, {
      found: `layer ${unknown}`,
      expected,
      fix: 'Name layers the model has; they are counted from 0.',
    })
  }
  if (!Array.isArray(layers)) return Array.from({ length: layers.to - layers.from + 1 }, (_, i) => layers.from + i)
  if (layers.length === 0) {
    throw new PlimsollError('nothing-selected', 'The where-clause selects no layer.', {
      found: 'an empty list of layers',
      expected,
      fix: "Name at least one layer, or 'all'.",
    })
  }
  return [...new Set(layers)].sort((a, b) => a - b)
}
