/**
 * Supervised steering vector: w trained with the language-model loss on the positives' answers while h ← h + w at one
 * layer; then added as h ← h + α·w.
 *
 * Source: `SteeringVector` of AxBench (Wu et al. 2025, arXiv 2501.17148); as used by Goyal and Daumé 2026
 * (arXiv 2602.06256).
 */
import type { DirectionVector } from '../../engine/types.ts'
import type { RunOptions } from '../../progress.ts'
import { ANSWER_TOKENS } from './answers.ts'
import type { ContrastSpec, FitModel } from './contrast.ts'
import { fitTrained, type TrainedParameters, trainedTokens } from './trained.ts'
import type { MethodDescription } from './types.ts'

/** AxBench's, but for the answers. */
export const ssvDefaults: TrainedParameters = { epochs: 3, batch: 6, learningRate: 0.01, answerTokens: ANSWER_TOKENS }

export const ssv: MethodDescription = {
  name: 'ssv',
  title: 'Supervised steering vector',
  formula: 'w minimises −ln p(answer | prompt) under h ← h + w;  h ← h + α·w at one layer',
  citation: 'Wu et al. 2025, arXiv 2501.17148; Goyal & Daumé 2026, arXiv 2602.06256',
  edit: 'add',
  needs: 'prompts that show the behaviour, with answers or the model’s own; a model of a family with gradients',
  defaults: { tokens: trainedTokens, ...ssvDefaults },
  differsFromOriginal:
    'Answers are the model’s own where none are given, cut at so many tokens; AxBench has another model write them. Its other values are kept: every entry starts at 0.01, AdamW without decay, no clipping, no constraint.',
}

const startValue = 0.01

export function fitSsv(
  model: FitModel,
  spec: ContrastSpec,
  parameters: TrainedParameters,
  options: RunOptions,
): Promise<Map<number, DirectionVector>> {
  const edit = (width: number) => ({ kind: 'add', start: new Float64Array(width).fill(startValue) }) as const
  return fitTrained(model, spec, { name: ssv.name, sides: ['positive'], parameters, edit }, options)
}
