/** What requests for chats and for texts have in common: how tokens are chosen, and what is told beside them. */
import { randomInt } from 'node:crypto'
import { z } from 'zod'
import type { Sampling } from '../../engine/types.ts'
import { SteeringField } from '../steering/schema.ts'

const none = z.literal(0, 'only 0 is taken: use repetition_penalty').nullish()
const ignored = z.unknown().optional().describe('Taken and ignored.')

export const generationFields = {
  model: z.string().min(1).max(300),
  max_tokens: z.int().min(1).nullish(),
  temperature: z.number().min(0).max(2).nullish().describe('Default 1. 0: always the most likely token.'),
  top_p: z.number().gt(0).max(1).nullish(),
  top_k: z.int().min(1).nullish(),
  min_p: z.number().min(0).max(1).nullish(),
  repetition_penalty: z.number().gt(0).max(100).nullish(),
  frequency_penalty: none,
  presence_penalty: none,
  logit_bias: z.record(z.string().regex(/^\d{1,9}$/), z.number().min(-100).max(100)).nullish(),
  seed: z
    .int()
    .nullish()
    .describe('The same seed, the same draws. Left out: another one every time; it is told in the answer.'),
  stop: z.union([z.string().min(1).max(200), z.array(z.string().min(1).max(200)).max(16)]).nullish(),
  n: z.int().min(1).max(16).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.strictObject({ include_usage: z.boolean().optional(), include_obfuscation: ignored }).nullish(),
  grammar: z.string().min(1).max(65_536).nullish().describe('GBNF: the answer has to match its rule `root`.'),
  steering: SteeringField,
  trace: z.boolean().nullish().describe('Tell which layers and how many tokens were edited, and how far they moved.'),
  user: z.string().max(512).nullish(),
  metadata: ignored,
  store: ignored,
  service_tier: ignored,
  safety_identifier: ignored,
  prompt_cache_key: ignored,
} as const

const Fields = z.object(generationFields)
export type GenerationFields = z.output<typeof Fields>

/** Seeds that a caller would have to give to have the same again. */
export function seedOf({ seed }: Pick<GenerationFields, 'seed'>): number {
  return seed ?? randomInt(2 ** 31)
}

export function samplingOf(fields: GenerationFields, seed: number, grammar: string | null): Sampling {
  const { temperature, top_p: topP, top_k: topK, min_p: minP, repetition_penalty, logit_bias: bias } = fields
  return {
    temperature: temperature ?? 1,
    topK: topK ?? undefined,
    topP: topP ?? undefined,
    minP: minP ?? undefined,
    repetitionPenalty: repetition_penalty ?? undefined,
    logitBias: bias ? Object.fromEntries(Object.entries(bias).map(([token, by]) => [token, forbidden(by)])) : undefined,
    seed,
    grammar: grammar ?? undefined,
  }
}

/** OpenAI says of −100 that it bans a token. */
function forbidden(bias: number): number {
  return bias === -100 ? Number.NEGATIVE_INFINITY : bias
}

export function stopsOf({ stop }: Pick<GenerationFields, 'stop'>): readonly string[] {
  return stop === null || stop === undefined ? [] : typeof stop === 'string' ? [stop] : stop
}
