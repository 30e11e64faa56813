/**
 * ReFT-r1: w trained under h ← h + mean(top k of relu(h·w))·w at one layer, on the answers of both sides; then added as
 * h ← h + α·w. The top of a sequence is only known when it has ended, so that form exists in training only.
 *
 * Source: `LsReFT` of AxBench (Wu et al. 2025, arXiv 2501.17148); as used by Goyal and Daumé 2026 (arXiv 2602.06256).
 */
import type { DirectionVector } from '../../engine/types.ts'
import type { RunOptions } from '../../progress.ts'
import { ANSWER_TOKENS } from './answers.ts'
import type { ContrastSpec, FitModel } from './contrast.ts'
import { fitTrained, type TrainedParameters, trainedTokens } from './trained.ts'
import type { MethodDescription } from './types.ts'

export interface ReftR1Parameters extends TrainedParameters {
  /** Tokens whose mean activation is the strength. */
  readonly top: number
  /** Factor of the other tokens' mean activation in the loss, reached at the end. */
  readonly penalty: number
}

/** AxBench's, but for the answers. */
export const reftR1Defaults: ReftR1Parameters = {
  epochs: 3,
  batch: 6,
  learningRate: 0.01,
  top: 8,
  penalty: 0.005,
  answerTokens: ANSWER_TOKENS,
}

export const reftR1: MethodDescription = {
  name: 'reft-r1',
  title: 'Rank-1 representation finetuning',
  formula:
    'w minimises −ln p(answer | prompt) + penalty under h ← h + mean(top_k(relu(h·w)))·w;  h ← h + α·w at one layer',
  citation: 'Wu et al. 2025, arXiv 2501.17148; Goyal & Daumé 2026, arXiv 2602.06256',
  edit: 'add',
  needs: 'prompts on two sides, with answers or the model’s own; a model of a family with gradients',
  defaults: { tokens: trainedTokens, ...reftR1Defaults },
  differsFromOriginal:
    'Answers are the model’s own where none are given, cut at so many tokens. The natural scale is the strength that the positives had in training on average; AxBench multiplies by the largest activation it finds.',
}

const startValue = 0.01

export function fitReftR1(
  model: FitModel,
  spec: ContrastSpec,
  { top, penalty, ...parameters }: ReftR1Parameters,
  options: RunOptions,
): Promise<Map<number, DirectionVector>> {
  const edit = (width: number) =>
    ({ kind: 'reft-r1', start: new Float64Array(width).fill(startValue), top, penalty }) as const
  return fitTrained(model, spec, { name: reftR1.name, sides: ['positive', 'negative'], parameters, edit }, options)
}
