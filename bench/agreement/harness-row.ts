import { z } from 'zod'

/** A row as the harness tells it. */
export const HarnessRow = z.object({
  task: z.string(),
  id: z.string(),
  prompt: z.string(),
  tokens: z.array(z.number()),
  acc: z.number().optional(),
  acc_norm: z.number().optional(),
  exact_match: z.number().optional(),
  logLikelihoods: z.array(z.number()).optional(),
  text: z.string().optional(),
  number: z.string().optional(),
})
export type HarnessRow = z.infer<typeof HarnessRow>
