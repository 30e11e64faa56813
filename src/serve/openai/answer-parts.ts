/** What answers of several routes have in common. */
import { z } from 'zod'
import type { Generation, ModelInfo, Trace } from '../../engine/types.ts'
import { generatedTokens } from '../generation/answer.ts'
import type { ResolvedRequest } from '../steering/resolve.ts'

export const Usage = z.object({
  prompt_tokens: z.int(),
  completion_tokens: z.int(),
  total_tokens: z.int(),
})

/** Beside what OpenAI's answers hold: what was done to the model, and what has to be known of it. */
export const Plimsoll = z.object({
  steering: z
    .array(
      z.object({
        vector: z.string(),
        strength: z.number(),
        verdict: z
          .string()
          .nullable()
          .describe('Of the newest study of it at this strength; null where there is none.'),
      }),
    )
    .describe('Vectors that acted.'),
  warnings: z.array(z.string()).describe('Vectors that are over the line, or were never measured on this model.'),
  seed: z.int().optional().describe('What the same answer can be drawn with again.'),
  trace: z.array(z.unknown()).optional().describe('For each choice: layers, tokens edited, how far they moved.'),
})

export function usageOf(promptTokens: number, generations: readonly Generation[]): z.output<typeof Usage> {
  const completion = generatedTokens(generations)
  return { prompt_tokens: promptTokens, completion_tokens: completion, total_tokens: promptTokens + completion }
}

export function plimsollOf(
  { applied, warnings }: ResolvedRequest,
  seed: number,
  traces: readonly (Trace | undefined)[] | null,
): z.output<typeof Plimsoll> {
  return {
    steering: [...applied],
    warnings: [...warnings],
    seed,
    ...(traces !== null && { trace: traces.map(trace => trace ?? null) }),
  }
}

/** Equal where the same request with the same seed gives the same answer. */
export function systemFingerprint({ fingerprint, engine }: ModelInfo): string {
  return `${fingerprint.slice(0, 12)}-${engine.release}-${engine.cpu}-${engine.threads}`
}

export function finishReason({ finish }: Generation): 'stop' | 'length' {
  return finish === 'length' ? 'length' : 'stop'
}
