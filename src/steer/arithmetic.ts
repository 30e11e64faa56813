/** Arithmetic on vectors that are added: sums, multiples, parts at right angles to another. Each keeps where it comes from. */
import { createHash } from 'node:crypto'
import { directionAt } from '../engine/steering.ts'
import type { Direction } from '../engine/types.ts'
import { parseWhere } from '../engine/where.ts'
import { PlimsollError } from '../errors.ts'
import { orthonormal } from './algebra/orthonormal.ts'
import { addTo, dot, unlessRounding } from './algebra/vectors.ts'
import { layersOf } from './layers.ts'
import { type DirectedVector, recorded, toDirection, type Vector } from './vector.ts'

export interface Term {
  readonly vector: Vector
  /** Negative turns it round. */
  readonly factor: number
}

/**
 * Σ factorᵢ·sᵢ·ûᵢ at each layer. All have to be of one model and to act at the same tokens.
 * @throws PlimsollError `invalid-input`, `vector-mismatch`
 */
export function sum(given: readonly Term[]): DirectedVector {
  const terms = given.map(({ vector, factor }) => ({ vector: added(vector), factor }))
  const [first, ...others] = terms
  if (first === undefined) throw cannot('no vector', 'at least one')
  for (const { vector } of others) checkAlike(first.vector, vector)
  const layers = layersOf(terms.map(({ vector }) => vector))
  const directions = layers.map(layer => {
    const total = new Float64Array(first.vector.provenance.model.width)
    let before = 0
    for (const { vector, factor } of terms) {
      const own = directionAt(vector, layer)
      if (own === undefined) continue
      addTo(total, own.unit, factor * own.scale)
      before += Math.abs(factor * own.scale)
    }
    return [layer, unlessRounding(total, before)] as const
  })
  const parameters = { sum: terms.map(({ vector, factor }) => ({ factor, of: vector.provenance })) }
  return combined([first.vector, ...others.map(({ vector }) => vector)], directions, parameters)
}

/**
 * What of a vector is at right angles to others, layer by layer; where they have no direction it stays as it is.
 * @throws PlimsollError `invalid-input` where nothing is left, `vector-mismatch`
 */
export function orthogonalTo(given: Vector, from: readonly Vector[]): DirectedVector {
  const [vector, others] = [added(given), from.map(added)]
  for (const other of others) checkAlike(vector, other)
  const directions = layersOf([vector]).map(layer => {
    const own = directionAt(vector, layer)
    const rest = Float64Array.from(own?.unit ?? [], value => value * (own?.scale ?? 0))
    const axes = others.flatMap(other => directionAt(other, layer)?.unit ?? [])
    for (const axis of orthonormal(axes)) addTo(rest, axis, -dot(rest, axis))
    return [layer, unlessRounding(rest, own?.scale ?? 0)] as const
  })
  const parameters = { of: vector.provenance, orthogonalTo: others.map(({ provenance }) => provenance) }
  return combined([vector, ...others], directions, parameters)
}

/** Cosine of two vectors at each layer where both have a direction. */
export function cosines(a: Vector, b: Vector): { readonly layer: number; readonly cosine: number }[] {
  return layersOf([a]).flatMap(layer => {
    const [left, right] = [directionAt(a, layer), directionAt(b, layer)]
    if (left === undefined || right === undefined || left.unit.length !== right.unit.length) return []
    return [{ layer, cosine: dot(left.unit, right.unit) }]
  })
}

/** Only what is added can be summed. */
function added(vector: Vector): DirectedVector {
  if (vector.edit === 'add') return vector
  throw cannot(`the edit ${vector.edit}`, 'vectors that are added')
}

function checkAlike(a: DirectedVector, b: DirectedVector): void {
  const [made, other] = [a.provenance.model, b.provenance.model]
  if (made.fingerprint !== other.fingerprint)
    throw new PlimsollError('vector-mismatch', 'The vectors are of different models', {
      found: `${made.name} (${made.fingerprint.slice(0, 8)}) and ${other.name} (${other.fingerprint.slice(0, 8)})`,
      fix: 'Fit both on one model: directions of one mean nothing in another.',
    })
  const [left, right] = [tokensOf(a), tokensOf(b)]
  if (left !== right) throw cannot(`${left} and ${right}`, 'the same site and the same tokens')
}

function tokensOf({ where }: DirectedVector): string {
  const { layers: _, ...rest } = parseWhere(where)
  return JSON.stringify(rest)
}

function cannot(found: string, expected: string): PlimsollError {
  return new PlimsollError('invalid-input', 'These vectors cannot be combined', {
    found,
    expected,
    fix: 'Combine vectors that do the same kind of edit at the same place.',
  })
}

/** @param from what it was made of; the first says where it acts */
function combined(
  from: readonly [DirectedVector, ...DirectedVector[]],
  directions: readonly (readonly [layer: number, values: Float64Array])[],
  parameters: Readonly<Record<string, unknown>>,
): DirectedVector {
  const made = directions.map(([layer, values]): [number, Direction] => [
    layer,
    toDirection(
      values,
      `The combination at layer ${layer}`,
      'The vectors cancel each other there: leave one out, or take another factor.',
    ),
  ])
  const [like] = from
  const { model, system } = like.provenance
  // Vectors are often fitted on the same prompts, at other layers or by other methods.
  const sets = [...new Map(from.map(({ provenance: { data } }) => [data.sha256, data])).values()]
  const counted = (side: 'positive' | 'negative') => sets.reduce((total, data) => total + data[side], 0)
  const provenance = recorded({
    model,
    method: 'combination',
    parameters,
    data: {
      positive: counted('positive'),
      negative: counted('negative'),
      sha256: createHash('sha256').update(JSON.stringify(parameters)).digest('hex'),
    },
    system,
    seed: null,
    note: '',
  })
  const layers = made.map(([layer]) => layer)
  const parsed = parseWhere(like.where)
  const where = parsed.site === 'embedding' ? parsed : { ...parsed, layers }
  return { edit: 'add', where, directions: Object.fromEntries(made), provenance }
}
