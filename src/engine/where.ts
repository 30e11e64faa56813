/** Which hidden states are meant: one clause for reading (capture) and for writing (edits). */
import { z } from 'zod'
import { PlimsollError } from '../errors.ts'

const count = z.int().min(1)

/** Places in every block at which states can be read and edited; which of them a model has is found when it is opened. */
export const sites = ['embedding', 'residual', 'attention', 'mlp', 'head', 'attention-norm', 'mlp-norm'] as const
export type Site = (typeof sites)[number]

/** What a token is a part of. */
export const parts = ['system', 'user', 'template-suffix', 'thinking', 'answer'] as const
export type Part = (typeof parts)[number]

const selection = {
  /** Named for what the tokens are: those of the prompt, those the model wrote, or both. */
  phase: z.enum(['prompt', 'generated', 'all']).default('all'),
  /**
   * `template-suffix`: the chat template's tokens after the instruction. `thinking` and `answer` are told apart by the
   * model's own marks; `answer` in the prompt means earlier answers.
   */
  part: z.enum(parts).optional(),
  /** Only tokens that are this: the beginning of the sequence, or rows that hold a massive activation. */
  is: z.enum(['beginning-of-sequence', 'massive']).optional(),
  /** The first n of the tokens selected so far. */
  first: count.optional(),
  /** The last n of the tokens selected so far. */
  last: count.optional(),
  /** The first so many of the tokens selected so far together with the last so many of the prompt's, each token once. */
  ends: z.strictObject({ first: count, last: count }).optional(),
  /** From one to another of the tokens selected so far, counted from 0, `to` left out of it. */
  window: z.strictObject({ from: z.int().min(0), to: z.int().min(1) }).optional(),
}

export const Tokens = z.strictObject({
  ...selection,
  /** `skip` (default): the beginning-of-sequence token is never among the tokens. */
  beginning: z.enum(['skip', 'keep']).optional(),
  /** Taken away last, whatever the rest says. */
  except: z.array(z.strictObject(selection)).optional(),
})

export const Where = z.strictObject({
  site: z.enum(sites).default('residual'),
  /** Layers, counted from 0, or a band of them with both ends; not for `embedding`. */
  layers: z
    .union([
      z.literal('all'),
      z.array(z.int().min(0)).min(1),
      z.strictObject({ from: z.int().min(0), to: z.int().min(0) }),
    ])
    .default('all'),
  /** Only for the site `head`: heads counted from 0. Default: all. */
  heads: z.array(z.int().min(0)).min(1).optional(),
  /** Default: every token but the beginning-of-sequence token. */
  tokens: Tokens.default({ phase: 'all' }),
})

export type Where = z.infer<typeof Where>

type Written<T> = T extends readonly (infer Item)[]
  ? readonly Written<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Written<T[Key]> }
    : T
/** A where-clause as it is written: what is left out has its default. */
export type WhereInput = Written<z.input<typeof Where>>

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
    expected: '{ site, layers, heads, tokens: { phase, part, is, first, last, ends, window, beginning, except } }',
    fix: 'Correct the key named above.',
  })
}
