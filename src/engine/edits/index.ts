/** Every kind of vector, made ready for one place. */
import type { EditVector } from '../steering-types.ts'
import { ablate, add, affine, clamp } from './along.ts'
import { custom } from './custom.ts'
import { decode } from './decode.ts'
import { atLayer, checkDirection, checkNumber, type RowEdit } from './edit.ts'
import { lowRank } from './low-rank.ts'
import { rotate } from './rotate.ts'

export { type At, atLayer, isOne, type RowEdit } from './edit.ts'

/**
 * @param width values that the edit sees: of the site, of one head for `head`
 * @throws PlimsollError `vector-mismatch` for another width or a layer that is missing, `invalid-input` for values that
 * cannot be
 */
export function rowEdit(vector: EditVector, layer: number, width: number): RowEdit {
  switch (vector.edit) {
    case 'add':
    case 'ablate': {
      const direction = atLayer(vector.directions, 'unit', layer)
      checkDirection(direction, width, layer)
      return vector.edit === 'add' ? add(direction) : ablate(direction)
    }
    case 'clamp': {
      const direction = atLayer(vector.directions, 'unit', layer)
      checkDirection(direction, width, layer)
      return clamp(direction, vector.side ?? 'both')
    }
    case 'affine': {
      const direction = atLayer(vector.directions, 'unit', layer)
      checkDirection(direction, width, layer)
      checkNumber(direction.reference, 'reference', layer)
      return affine(direction)
    }
    case 'rotate': {
      const direction = atLayer(vector.directions, 'unit', layer)
      checkDirection(direction, width, layer)
      return rotate(direction, vector.only, layer)
    }
    case 'low-rank':
      return lowRank(atLayer(vector.maps, 'project', layer), width, layer)
    case 'decode':
      return decode(atLayer(vector.autoencoders, 'encoder', layer), vector.error ?? 'replace', width, layer)
    case 'custom':
      return custom(vector, width)
  }
}
