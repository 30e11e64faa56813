import { z } from 'zod'
import { PlimsollError } from '../../errors.ts'
import { grammarProblem } from './grammar-form.ts'
import type { Sampling } from './types.ts'

/** Beyond these a logit would be no number in 32 bits. */
const most = 1e6

/** −Infinity forbids a token. */
const bias = z.custom<number>(
  value => typeof value === 'number' && (Math.abs(value) <= most || value === Number.NEGATIVE_INFINITY),
  `a number from −${most} to ${most}, or −Infinity to forbid the token`,
)

/** A request draws from the seed and its place in the call together. */
const seed = z
  .int()
  .min(-(2 ** 52))
  .max(2 ** 52)

const schema = z.strictObject({
  temperature: z.number().min(0).optional(),
  topK: z.int().min(1).optional(),
  topP: z.number().gt(0).max(1).optional(),
  minP: z.number().min(0).max(1).optional(),
  repetitionPenalty: z
    .number()
    .min(1 / most)
    .max(most)
    .optional(),
  repetitionWindow: z.int().min(1).optional(),
  logitBias: z.record(z.string(), bias).optional(),
  seed: seed.optional(),
  grammar: z
    .string()
    .min(1)
    .superRefine((text, context) => {
      const problem = grammarProblem(text)
      if (problem !== null) context.addIssue({ code: 'custom', message: problem })
    })
    .optional(),
  logProbabilities: z.int().min(0).max(1000).optional(),
})

/**
 * The same, once it is sure that a model with this many tokens can be sampled so.
 * @throws PlimsollError `invalid-input` naming the setting
 */
export function checkedSampling(sampling: Sampling, vocabulary: number): Sampling {
  const parsed = schema.safeParse(sampling)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new PlimsollError('invalid-input', 'Tokens cannot be sampled so', {
      found: `${issue?.path.join('.') || 'sampling'}: ${issue?.message ?? 'unknown'}`,
      expected: `{ ${Object.keys(schema.shape).join(', ')} }`,
      fix: 'Correct the setting named above, or leave it out.',
    })
  }
  const unknown = Object.keys(sampling.logitBias ?? {}).find(key => !isToken(key, vocabulary))
  if (unknown === undefined) return sampling
  throw new PlimsollError('invalid-input', 'A logit bias is for a token that the model does not have', {
    found: `token ${unknown}`,
    expected: `tokens 0 to ${vocabulary - 1}`,
    fix: 'Get token numbers from tokenize().',
  })
}

function isToken(key: string, vocabulary: number): boolean {
  const token = Number(key)
  return /^\d+$/.test(key) && token < vocabulary
}
