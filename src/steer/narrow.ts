import { atLayer } from '../engine/edits/index.ts'
import { parseWhere } from '../engine/where.ts'
import { PlimsollError } from '../errors.ts'
import type { Vector } from './vector.ts'

/**
 * A vector at one of its layers alone.
 * @throws PlimsollError `invalid-input` for a compound, whose parts make one whole; `vector-mismatch` for a layer it lacks
 */
export function narrowed(vector: Vector, layer: number): Vector {
  if (vector.edit === 'compound')
    throw new PlimsollError('invalid-input', 'The parts of a compound vector cannot be used layer by layer', {
      found: `${vector.terms.length} parts`,
      fix: 'Use it as it is, without naming layers.',
    })
  const where = { ...parseWhere(vector.where), layers: [layer] }
  switch (vector.edit) {
    case 'add':
    case 'ablate':
      return { ...vector, where, directions: { [layer]: atLayer(vector.directions, 'unit', layer) } }
    case 'affine':
      return { ...vector, where, directions: { [layer]: atLayer(vector.directions, 'unit', layer) } }
    case 'clamp':
      return { ...vector, where, directions: { [layer]: atLayer(vector.directions, 'unit', layer) } }
    case 'rotate':
      return { ...vector, where, directions: { [layer]: atLayer(vector.directions, 'unit', layer) } }
    case 'low-rank':
      return { ...vector, where, maps: { [layer]: atLayer(vector.maps, 'project', layer) } }
    case 'decode':
      return { ...vector, where, autoencoders: { [layer]: atLayer(vector.autoencoders, 'encoder', layer) } }
  }
}
