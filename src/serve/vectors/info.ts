/** What is told of a vector, as the API and the pages both know it: nothing here needs more than a browser has. */
import { z } from 'zod'
import { Strength } from '../../steer/strength.ts'
import { VectorName } from './names.ts'

export const Verdict = z.enum(['over', 'cannot-tell', 'no-effect', 'within', 'undecided'])

const Measured = z.object({
  run: z.string().describe('Hash of the run.'),
  study: z.string(),
  condition: z.string(),
  strength: z.number(),
  verdict: Verdict,
  sentence: z.string(),
})

export const VectorInfo = z.object({
  name: z.string(),
  object: z.literal('vector'),
  edit: z.string(),
  method: z.string(),
  tool: z.string().describe('What made it.'),
  model: z.object({ name: z.string(), layers: z.int() }).describe('It was fitted on.'),
  layers: z.array(z.int()).describe('At which it acts; −1: the embedding.'),
  prompts: z.object({ positive: z.int(), negative: z.int() }).describe('It was fitted on, a side.'),
  system: z.string().nullable().describe('System prompt under which it was fitted.'),
  note: z.string(),
  bytes: z.int(),
  default_strength: z.number().nullable().describe('Where it is in the default steering.'),
  measured: z.array(Measured).describe('What studies found of it on this model, newest first.'),
})
export type VectorInfo = z.output<typeof VectorInfo>

/** What steers requests to the model `default`, in the order it acts. */
export const Standard = z.strictObject({
  steering: z.array(z.strictObject({ vector: VectorName, strength: Strength.default(1) })).max(16),
})

export const VectorList = z.object({ object: z.literal('list'), data: z.array(VectorInfo) })

/** Of a fit that is streamed, before the vector itself. */
export const FitProgress = z.object({
  object: z.literal('fit.progress'),
  done: z.number(),
  total: z.number(),
  detail: z.string().optional(),
})
export type FitProgress = z.output<typeof FitProgress>
