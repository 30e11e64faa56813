/** Steering as a request states it: vectors by name, never numbers. */
import { z } from 'zod'
import { Where } from '../../engine/where.ts'
import { Strength } from '../../steer/strength.ts'
import { VectorName } from '../vectors/names.ts'

/** Whose direction is measured; left out, the term's own. */
const vector = VectorName.optional()
const measure = z.enum(['projection', 'cosine'])
const open = z.enum(['above', 'below'])
const threshold = z.number()

export const Gate = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('norm-budget'), limit: z.number().min(0) }),
  z.strictObject({ kind: z.literal('token'), vector, measure, threshold, open }),
  z.strictObject({
    kind: z.literal('condition'),
    vector,
    where: Where,
    measure: z.enum(['projection', 'cosine', 'projected-cosine']),
    threshold,
    open,
    pass: z.enum(['twice', 'later-layers']).exactOptional(),
  }),
  z.strictObject({
    kind: z.literal('adaptive'),
    vector,
    measure,
    points: z
      .array(z.tuple([z.number(), z.number()]))
      .min(2)
      .max(64),
  }),
])
export type Gate = z.output<typeof Gate>

export const Term = z.strictObject({
  vector: VectorName,
  strength: Strength.default(1),
  where: Where.optional(),
  gate: z.union([Gate, z.array(Gate).max(8)]).optional(),
})
export type Term = z.output<typeof Term>

export const SteeringField = z
  .array(Term)
  .max(16)
  .nullish()
  .describe('Vectors in the order they act; an empty list: none. Left out: what the name of the model says.')
