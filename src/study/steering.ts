/** Vectors as values: named by what they do, turned into references, kept in the store. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { plainTerms } from '../engine/plain-terms.ts'
import { directionAt } from '../engine/steering.ts'
import type { Direction, PerLayer, Steering } from '../engine/types.ts'
import { PlimsollError } from '../errors.ts'
import { type FittedVector, isFitted, pack, randomLike, unpack } from '../steer/index.ts'
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
export function randomised(vector: FittedVector, seed: number, draw: number): FittedVector {
  return randomLike(vector, seed * MOST_DRAWS + draw)
}

/**
 * The edit that another fit gives at a layer, with every direction of the size that the first has there. Null where they
 * are not made alike: other heads, or matrices, whose size is part of what they do.
 */
export function redirected(vector: FittedVector, other: FittedVector, layer: number): FittedVector | null {
  if (vector.edit === 'add' || vector.edit === 'ablate') {
    const [own, theirs] = [directionAt(vector, layer), directionAt(other, layer)]
    if (own === undefined || theirs === undefined) return null
    return { ...vector, directions: { [layer]: { unit: theirs.unit, scale: own.scale } } }
  }
  return sizedLike(vector, other)
}

function sizedLike(vector: FittedVector, other: FittedVector): FittedVector | null {
  if (vector.edit === 'compound' && other.edit === 'compound') {
    if (vector.terms.length !== other.terms.length) return null
    const terms = other.terms.map((term, i) => {
      const own = vector.terms[i]?.vector
      if (own === undefined || own.edit === 'custom' || term.vector.edit === 'custom') return null
      const sized = sizedLike(own, term.vector)
      return sized === null ? null : { ...term, vector: sized }
    })
    return terms.includes(null) ? null : { ...other, terms: terms.filter(term => term !== null) }
  }
  if (!('directions' in vector && 'directions' in other) || vector.edit !== other.edit) return null
  if (hashOf(vector.where) !== hashOf(other.where)) return null
  const scales = new Map(everyDirection(vector.directions).map(([layer, { scale }]) => [layer, scale]))
  const theirs = everyDirection(other.directions)
  if (theirs.length !== scales.size || theirs.some(([layer]) => !scales.has(layer))) return null
  const sized = theirs.map(([layer, direction]) => [
    layer,
    { ...direction, scale: scales.get(layer) ?? direction.scale },
  ])
  return { ...other, directions: isOne(other.directions) ? sized[0]?.[1] : Object.fromEntries(sized) } as FittedVector
}

function isOne(directions: PerLayer<Direction>): directions is Direction {
  return 'unit' in directions
}

/** By layer; under no layer where one direction is for all. */
function everyDirection(directions: PerLayer<Direction>): [layer: string, Direction][] {
  return isOne(directions) ? [['', directions]] : Object.entries(directions)
}

/** What of an edit has an effect that grows from none: a component that is set or turned is added along instead. */
export function additive(vector: FittedVector): FittedVector {
  return fromNothing(vector, 'add')
}

/** What changes nothing at strength 0, and does the work of a vector all the same, at the same places. */
export function idle(vector: FittedVector): FittedVector {
  return fromNothing(vector, 'ablate')
}

/** Edits that act at strength 0 in favour of one along the same directions at the same places that does not. */
function fromNothing(vector: FittedVector, edit: 'add' | 'ablate'): FittedVector {
  switch (vector.edit) {
    case 'compound': {
      const terms = vector.terms.map(term =>
        term.vector.edit === 'custom' ? term : { ...term, vector: fromNothing(term.vector, edit) },
      )
      return { ...vector, terms }
    }
    case 'affine':
    case 'clamp':
    case 'rotate':
      return { edit, where: vector.where, directions: vector.directions }
    case 'decode':
      return { ...vector, error: 'keep' }
    default:
      return vector
  }
}

/** Of what `storeVectors` makes, for the names of stored fits: those of another form are made again. */
export const storedForm = 2

const Stored = z.array(z.object({ layer: z.int(), vector: z.unknown(), note: z.string().optional() }))
const Numbers = z.strictObject({ float32: z.base64() })

/**
 * Vectors per layer as JSON: the same bits come back.
 * @param note what their fit had to say of itself
 */
export function storeVectors(vectors: ReadonlyMap<number, FittedVector>, note = ''): unknown {
  return [...vectors].map(([layer, vector]) => ({
    layer,
    ...(note !== '' && { note }),
    vector: pack(vector, (_, { buffer, byteOffset, byteLength }) => {
      return { float32: Buffer.from(buffer, byteOffset, byteLength).toString('base64') }
    }),
  }))
}

/** @throws PlimsollError `store-invalid` for what is no vector */
export function readVectors(stored: unknown): Map<number, FittedVector> {
  const entries = parseStored(stored).map(({ layer, vector: packed }) => {
    const vector = unpack(packed, value => {
      const { data } = Numbers.safeParse(value)
      if (data === undefined) return undefined
      return new Float32Array(Uint8Array.from(Buffer.from(data.float32, 'base64')).buffer)
    })
    if (isFitted(vector)) return [layer, vector] as const
    throw noFit(`layer ${layer}`)
  })
  return new Map(entries)
}

function parseStored(stored: unknown): z.infer<typeof Stored> {
  const { data, error } = Stored.safeParse(stored)
  if (data !== undefined) return data
  throw noFit(z.prettifyError(error))
}

function noFit(found: string): PlimsollError {
  return new PlimsollError('store-invalid', 'The store holds a fit that is no vector', {
    found,
    fix: 'Run the study with another store.',
  })
}

export function storedNotes(stored: unknown): string[] {
  return parseStored(stored).flatMap(({ note }) => note ?? [])
}
