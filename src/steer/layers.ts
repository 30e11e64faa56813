/** At which layers a vector acts. */
import { isOne } from '../engine/edits/index.ts'
import { EMBEDDING } from '../engine/place.ts'
import { plainTerms } from '../engine/plain-terms.ts'
import { selectLayers } from '../engine/select-layers.ts'
import { isShared } from '../engine/steering.ts'
import type { EditVector } from '../engine/types.ts'
import { parseWhere } from '../engine/where.ts'
import type { FittedVector, Vector } from './vector.ts'

/** Layers for which an edit has something of its own, ascending; null where one thing serves all of them. */
export function layerKeys(vector: EditVector): number[] | null {
  switch (vector.edit) {
    case 'custom':
      return null
    case 'low-rank':
      return isOne(vector.maps, 'project') ? null : ascending(Object.keys(vector.maps).map(Number))
    case 'decode':
      return isOne(vector.autoencoders, 'encoder') ? null : ascending(Object.keys(vector.autoencoders).map(Number))
    default:
      return isShared(vector.directions) ? null : ascending(Object.keys(vector.directions).map(Number))
  }
}

/** Layers at which a vector acts in a model of so many, ascending; −1 for the embedding. */
export function layersIn(vector: FittedVector, layers: number): number[] {
  return ascending(
    plainTerms([{ vector }]).flatMap(({ vector: part }) => {
      const where = parseWhere(part.where)
      return where.site === 'embedding' ? [EMBEDDING] : (layerKeys(part) ?? selectLayers(where, layers))
    }),
  )
}

/** Layers at which any of the vectors acts, in the model it was fitted on. */
export function layersOf(vectors: readonly Vector[]): number[] {
  return ascending(vectors.flatMap(vector => layersIn(vector, vector.provenance.model.layers)))
}

function ascending(layers: readonly number[]): number[] {
  return [...new Set(layers)].sort((a, b) => a - b)
}
