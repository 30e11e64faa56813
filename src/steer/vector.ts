/** A steering vector as an artefact: what it does, and everything that says where it came from. */
import { z } from 'zod'
import { isSteering } from '../engine/check-steering.ts'
import { plainTerms } from '../engine/plain-terms.ts'
import type { CustomVector, Direction, DirectionVector, ModelInfo, SteeringVector } from '../engine/types.ts'
import { PlimsollError } from '../errors.ts'
import { toolVersion } from '../version.ts'

/** Where a vector comes from; stored with it, so that a file explains itself. */
export const Provenance = z.strictObject({
  schema: z.literal(1),
  /** Such as `plimsoll 0.1.0`. */
  tool: z.string(),
  model: z.strictObject({
    name: z.string(),
    architecture: z.string(),
    layers: z.int().min(1),
    width: z.int().min(1),
    fingerprint: z.string(),
  }),
  method: z.string(),
  parameters: z.record(z.string(), z.unknown()),
  /** Rows on each side of the contrast, and a sha256 over their texts. */
  data: z.strictObject({ positive: z.int().min(0), negative: z.int().min(0), sha256: z.string() }),
  /** The system prompt under which it was fitted. */
  system: z.string().nullable(),
  seed: z.int().nullable(),
  note: z.string(),
})
export type Provenance = z.infer<typeof Provenance>

/** A record of this version of the program. */
export function recorded(made: Omit<Provenance, 'schema' | 'tool'>): Provenance {
  return { schema: 1, tool: `plimsoll ${toolVersion}`, ...made }
}

/** What a method makes: any edit that is data. */
export type FittedVector = Exclude<SteeringVector, CustomVector>

/** A fitted vector. Loading it on another model is an error unless forced. */
export type Vector = FittedVector & { readonly provenance: Provenance }

/** A fitted vector along directions: what can be summed, and told to other programs. */
export type DirectedVector = DirectionVector & { readonly provenance: Provenance }

/** Whether a value from a file or a store is an edit, and all of it data. */
export function isFitted(value: unknown): value is FittedVector {
  const steering: unknown = [{ vector: value }]
  return isSteering(steering) && plainTerms(steering).every(({ vector }) => vector.edit !== 'custom')
}

/**
 * A direction from any non-zero vector: unit length, its norm as natural scale.
 * @param ifZero what to do where nothing is there
 * @throws PlimsollError `invalid-input` when the vector is zero or not finite
 */
export function toDirection(
  values: Float32Array | Float64Array,
  what: string,
  ifZero = 'Give the two sides different prompts.',
): Direction {
  let square = 0
  for (const value of values) square += value * value
  const scale = Math.sqrt(square)
  if (!Number.isFinite(scale) || scale === 0) {
    throw new PlimsollError('invalid-input', `${what} has no direction`, {
      found: `norm ${scale}`,
      expected: 'a vector that is finite and not zero',
      fix: Number.isFinite(scale) ? ifZero : 'Check the model file: states or losses were no numbers.',
    })
  }
  return { unit: Float32Array.from(values, value => value / scale), scale }
}

const forced = "`plimsoll generate` and `plimsoll vector trace` take it with --force, programs with otherModel: 'force'"

function hasShapeOf(a: Pick<ModelInfo, 'width' | 'layers'>, b: Pick<ModelInfo, 'width' | 'layers'>): boolean {
  return a.width === b.width && a.layers === b.layers
}

/** @throws PlimsollError `vector-mismatch` unless the vector was fitted on this very model */
export function checkModel(vector: Vector, model: Pick<ModelInfo, 'name' | 'fingerprint' | 'width' | 'layers'>): void {
  const made = vector.provenance.model
  if (made.fingerprint === model.fingerprint) return
  throw new PlimsollError('vector-mismatch', 'The vector was fitted on another model', {
    found: `fitted on ${made.name} (${made.layers} layers × ${made.width}, ${made.fingerprint.slice(0, 8)})`,
    expected: `${model.name} (${model.layers} layers × ${model.width}, ${model.fingerprint.slice(0, 8)})`,
    fix: `Use it on ${made.name}, or fit it on this model.${hasShapeOf(made, model) ? ` If you know that they are the same: ${forced}.` : ''}`,
  })
}
