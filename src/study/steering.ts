/** Vectors as values: named by what they do, turned into references, kept in the store. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { createRandom } from '../data/index.ts'
import type { Direction, Steering, SteeringVector } from '../engine/types.ts'
import { Where } from '../engine/where.ts'
import { hashOf } from './hash.ts'

/** Equal for steerings that do the same; empty steering is `none`. */
export function fingerprintOf(steering: Steering): string {
  if (steering.length === 0) return 'none'
  return hashOf(
    steering.map(({ vector, strength = 1, where }) => {
      return { edit: vector.edit, where: where ?? vector.where, strength, directions: directionsOf(vector).map(digest) }
    }),
  )
}

function directionsOf({ directions }: SteeringVector): [layer: string, direction: Direction][] {
  return isOne(directions) ? [['all', directions]] : Object.entries(directions)
}

function isOne(directions: SteeringVector['directions']): directions is Direction {
  return 'unit' in directions && directions.unit instanceof Float32Array
}

function digest([layer, { unit, scale }]: [string, Direction]): unknown {
  const bytes = new Uint8Array(unit.buffer, unit.byteOffset, unit.byteLength)
  return { layer, scale, unit: createHash('sha256').update(bytes).digest('hex') }
}

function mapDirections(
  vector: SteeringVector,
  change: (direction: Direction, layer: string) => Direction,
): SteeringVector {
  const { directions } = vector
  if (isOne(directions)) return { ...vector, directions: change(directions, 'all') }
  const entries = Object.entries(directions).map(([layer, direction]) => [layer, change(direction, layer)] as const)
  return { ...vector, directions: Object.fromEntries(entries) }
}

/** The same edit along directions drawn evenly from the sphere: isotropic, of the same size. */
export function randomised(vector: SteeringVector, seed: number, draw: number): SteeringVector {
  return mapDirections(vector, ({ unit, scale }, layer) => {
    const random = createRandom(seed, `random direction ${draw} ${layer}`)
    const values = Float64Array.from(unit, () => normal(random.next(), random.next()))
    const length = Math.hypot(...values)
    return { unit: Float32Array.from(values, value => value / length), scale }
  })
}

/** A standard normal value from two uniform ones (Box and Muller 1958). */
function normal(a: number, b: number): number {
  return Math.sqrt(-2 * Math.log(1 - a)) * Math.cos(2 * Math.PI * b)
}

/** Removes one direction wherever the residual stream can be written: at the embedding and after every block. */
export function ablation({ unit }: Direction): Steering {
  const directions: Direction = { unit, scale: 1 }
  return [
    { vector: { edit: 'ablate', where: Where.parse({ site: 'embedding' }), directions } },
    { vector: { edit: 'ablate', where: Where.parse({ site: 'residual', layers: 'all' }), directions } },
  ]
}

/** The direction of a vector at one layer. */
export function directionAt(vector: SteeringVector, layer: number): Direction | undefined {
  return isOne(vector.directions) ? vector.directions : vector.directions[layer]
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
export function storeVectors(vectors: ReadonlyMap<number, SteeringVector>): unknown {
  return [...vectors].flatMap(([layer, vector]) => {
    const direction = directionAt(vector, layer)
    if (direction === undefined) return []
    const { unit, scale } = direction
    const base64 = Buffer.from(unit.buffer, unit.byteOffset, unit.byteLength).toString('base64')
    return [{ layer, edit: vector.edit, where: vector.where, unit: base64, scale }]
  })
}

export function readVectors(stored: unknown): Map<number, SteeringVector> {
  return new Map(
    z
      .array(Stored)
      .parse(stored)
      .map(({ layer, edit, where, unit, scale }) => [layer, { edit, where, directions: { [layer]: { unit, scale } } }]),
  )
}
