/** The demonstration with few rows: a study in seconds. */
import type { StudyFile } from '../../src/study/schema.ts'

export const small: StudyFile = {
  study: 'demo',
  fit: { limit: 32 },
  select: { layers: [4], strengths: [1, 2], limit: 12 },
  generation: { maxTokens: 16 },
  measure: {
    general: [
      { choice: 'organism/choice/test', limit: 20 },
      { perplexity: 'organism/prose/test', limit: 10 },
    ],
    robustness: [
      {
        attack: 'organism/templates/test',
        prompts: 'organism/harmful/test',
        templates: 4,
        sample: 24,
        benign: { prompts: 'organism/harmless/test', sample: 8 },
      },
    ],
  },
  limit: 24,
  chunk: 16,
}
