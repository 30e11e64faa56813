import { z } from 'zod'
import { PlimsollError } from '../../errors.ts'
import { grammarProblem } from './grammar-form.ts'
import type { Sampling } from './types.ts'

/** Beyond these a logit would be no number in 32 bits. */
const most = 1e6

/** @param says what it has to be, as an error tells it */
function number(says: string, isRight: (value: number) => boolean) {
  return z.custom<number>(value => typeof value === 'number' && isRight(value), says)
}

function whole(least: number, greatest = Number.MAX_SAFE_INTEGER) {
  const to = greatest === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${greatest}`
  return number(`a whole number ${to}`, value => Number.isInteger(value) && value >= least && value <= greatest)
}

const schema = z.strictObject({
  temperature: number('a number of at least 0', value => value >= 0 && value < Number.POSITIVE_INFINITY).optional(),
  topK: whole(1).optional(),
  topP: number('a number above 0 and at most 1', value => value > 0 && value <= 1).optional(),
  minP: number('a number from 0 to 1', value => value >= 0 && value <= 1).optional(),
  repetitionPenalty: number(
    `a number from ${1 / most} to ${most}`,
    value => value >= 1 / most && value <= most,
  ).optional(),
  repetitionWindow: whole(1).optional(),
  logitBias: z
    .record(
      z.string(),
      // −Infinity forbids a token.
      number(
        `a number from −${most} to ${most}, or −Infinity to forbid the token`,
        value => Math.abs(value) <= most || value === Number.NEGATIVE_INFINITY,
      ),
    )
    .optional(),
  // A request draws from the seed and its place in the call together.
  seed: whole(-(2 ** 52), 2 ** 52).optional(),
  grammar: z
    .string()
    .min(1)
    .superRefine((text, context) => {
      const problem = grammarProblem(text)
      if (problem !== null) context.addIssue({ code: 'custom', message: problem })
    })
    .optional(),
  logProbabilities: whole(0, 1000).optional(),
})

/**
 * The same, once it is sure that a model with this many tokens can be sampled so.
 * @throws PlimsollError `invalid-input` naming the setting
 */
export function checkedSampling(sampling: Sampling, vocabulary: number): Sampling {
  const parsed = schema.safeParse(sampling)
  if (!parsed.success) throw notSampled(sampling, parsed.error)
  const unknown = Object.keys(sampling.logitBias ?? {}).find(key => !isToken(key, vocabulary))
  if (unknown === undefined) return sampling
  throw new PlimsollError('invalid-input', 'A logit bias is for a token that the model does not have', {
    found: `token ${unknown}`,
    expected: `tokens 0 to ${vocabulary - 1}`,
    fix: 'Get token numbers from tokenize().',
  })
}

function notSampled(sampling: Sampling, { issues: [issue] }: z.ZodError): PlimsollError {
  const path = issue?.path ?? []
  const value = path.reduce<unknown>((at, key) => Object(at)[key], sampling)
  const [name] = path
  const told =
    name === undefined
      ? { found: issue?.message, expected: `{ ${Object.keys(schema.shape).join(', ')} }` }
      : name === 'grammar'
        ? { found: `grammar: ${issue?.message}`, expected: 'rules in GBNF, the first of them named root' }
        : { found: `${path.join('.')} ${String(value)}`, expected: issue?.message }
  return new PlimsollError('invalid-input', 'Tokens cannot be sampled so', {
    ...told,
    fix: 'Correct the setting, or leave it out.',
  })
}

function isToken(key: string, vocabulary: number): boolean {
  const token = Number(key)
  return /^\d+$/.test(key) && token < vocabulary
}
