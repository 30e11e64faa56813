/** Which hidden states are meant: one clause for reading (capture) and for writing (edits). */
import { z } from 'zod'
import { PlimsollError } from '../errors.ts'

const count = z.int().min(1)

export const Tokens = z.strictObject({
  /** Named for what the tokens are: those of the prompt, those the model wrote, or both. */
  phase: z.enum(['prompt', 'generated', 'all']).default('all'),
  /** `template-suffix`: the chat template's tokens after the instruction. */
  part: z.enum(['template-suffix']).optional(),
  /** The first n of the tokens selected so far. */
  first: count.optional(),
  /** The last n of the tokens selected so far. */
  last: count.optional(),
})

export const Where = z.strictObject({
  site: z.enum(['residual', 'embedding']).default('residual'),
  /** Layers, counted from 0; not for `embedding`. */
  layers: z
    .union([
      z.literal('all'),
      z.array(z.int().min(0)).min(1),
      z.strictObject({ from: z.int().min(0), to: z.int().min(0) }),
    ])
    .default('all'),
  /** Default: every token but the beginning-of-sequence token. */
  tokens: Tokens.default({ phase: 'all' }),
})

export type Where = z.infer<typeof Where>

/**
 * A where-clause from plain JSON, its gaps filled.
 * @throws PlimsollError `invalid-input` naming the key
 */
export function parseWhere(value: unknown): Where {
  const parsed = Where.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new PlimsollError('invalid-input', 'The where-clause is not valid', {
    found: `${issue?.path.join('.') || 'the clause'}: ${issue?.message ?? 'unknown'}`,
    expected: '{ site, layers, tokens: { phase, part, first, last } }',
    fix: 'Correct the key named above.',
  })
}
