/** Vectors as values: named by what they do, turned into references, kept in the store. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { plainTerms } from '../engine/plain-terms.ts'
import type { Direction, DirectionVector, Steering } from '../engine/types.ts'
import { Where } from '../engine/where.ts'
import { directionAt, isShared, randomLike } from '../steer/index.ts'
import { hashOf } from './hash.ts'

/** Equal for steerings that do the same; empty steering is `none`. */
export function fingerprintOf(steering: Steering): string {
  if (steering.length === 0) return 'none'
  return hashOf(
    plainTerms(steering).map(({ vector, strength = 1, where, gates = [] }) => {
      // Where a vector comes from changes nothing of what it does.
      return digested({ ...vector, provenance: null, where: where ?? vector.where, strength, gates })
    }),
  )
}

/** A value with every array of numbers replaced by its hash: the bits count, their listing is long. */
function digested(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    return createHash('sha256').update(bytes).digest('hex')
  }
  if (Array.isArray(value)) return value.map(digested)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, digested(inner)]))
}

/** Draws of one seed of a study that stay apart from those of the next. */
const MOST_DRAWS = 1000

/** The same edit along directions drawn evenly from the sphere, each of the size of the one it stands for. */
export function randomised(vector: DirectionVector, seed: number, draw: number): DirectionVector {
  const like = ({ unit, scale }: Direction, layer: number): Direction => {
    const drawn = directionAt(randomLike(vector, layer, scale, unit.length, seed * MOST_DRAWS + draw), layer)
    return { unit: drawn?.unit ?? unit, scale }
  }
  const { directions } = vector
  if (isShared(directions)) return { ...vector, directions: like(directions, 0) }
  const entries = Object.entries(directions).map(([layer, one]) => [layer, like(one, Number(layer))] as const)
  return { ...vector, directions: Object.fromEntries(entries) }
}

/** The same edit along another's direction at a layer, of its own size. */
export function redirected(vector: DirectionVector, other: DirectionVector, layer: number): DirectionVector {
  const [own, theirs] = [directionAt(vector, layer), directionAt(other, layer)]
  if (own === undefined || theirs === undefined) return vector
  return { ...vector, directions: { [layer]: { unit: theirs.unit, scale: own.scale } } }
}

const Stored = z.object({
  layer: z.int(),
  edit: z.enum(['add', 'ablate']),
  where: Where,
  unit: z.string().transform(base64 => {
    const bytes = Uint8Array.from(Buffer.from(base64, 'base64'))
    return new Float32Array(bytes.buffer)
  }),
  scale: z.number(),
})

/** Vectors per layer as JSON: the same bits come back. */
export function storeVectors(vectors: ReadonlyMap<number, DirectionVector>): unknown {
  return [...vectors].flatMap(([layer, vector]) => {
    const direction = directionAt(vector, layer)
    if (direction === undefined) return []
    const { unit, scale } = direction
    const base64 = Buffer.from(unit.buffer, unit.byteOffset, unit.byteLength).toString('base64')
    return [{ layer, edit: vector.edit, where: vector.where, unit: base64, scale }]
  })
}

export function readVectors(stored: unknown): Map<number, DirectionVector> {
  return new Map(
    z
      .array(Stored)
      .parse(stored)
      .map(({ layer, edit, where, unit, scale }) => [layer, { edit, where, directions: { [layer]: { unit, scale } } }]),
  )
}
