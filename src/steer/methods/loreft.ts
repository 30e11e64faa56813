/**
 * LoReFT: at a few tokens of the prompt, what a state is within a small subspace is replaced by what training found for
 * it, h ← h + α·Rᵀ(W·h + b − R·h), R with orthonormal rows.
 *
 * Source: Wu et al. 2024 (arXiv 2404.03592), `LoreftIntervention` of pyreft; as AxBench trains it (Wu et al. 2025, arXiv
 * 2501.17148, `axbench/models/reft.py` and its sweeps).
 */
import type { DenseMatrix, LowRankVector } from '../../engine/types.ts'
import type { Where } from '../../engine/where.ts'
import { PlimsollError } from '../../errors.ts'
import type { RunOptions } from '../../progress.ts'
import { createRandom, type Random } from '../../random.ts'
import { ANSWER_TOKENS } from './answers.ts'
import { type ContrastSpec, type FitModel, whereOf } from './contrast.ts'
import { gaussian } from './random.ts'
import { tokensOf } from './tokens.ts'
import { type TrainedParameters, trainEach } from './trained.ts'
import type { MethodDescription } from './types.ts'

export interface LoreftParameters extends TrainedParameters {
  /** Rows of R. */
  readonly rank: number
  /** Tokens from the beginning of the prompt that are edited, and from its end. */
  readonly first: number
  readonly last: number
}

/** AxBench's, but for the answers; pyreft's scripts have rank 4 or 8, 5 or 7 tokens at each end, and the same rate. */
export const loreftDefaults: LoreftParameters = {
  rank: 4,
  first: 5,
  last: 5,
  epochs: 24,
  batch: 36,
  learningRate: 9e-4,
  answerTokens: ANSWER_TOKENS,
}

export const loreft: MethodDescription = {
  name: 'loreft',
  title: 'Low-rank linear subspace finetuning',
  formula:
    'R, W, b minimise −ln p(answer | prompt) under h ← h + Rᵀ(W·h + b − R·h), R·Rᵀ = 1;  h ← h + α·Rᵀ(W·h + b − R·h) at one layer',
  citation: 'Wu et al. 2024, arXiv 2404.03592',
  edit: 'low-rank',
  needs: 'prompts that show the behaviour, with answers or the model’s own; a model of a family with gradients',
  defaults: { ...loreftDefaults },
  differsFromOriginal:
    'One layer at a time; the original trains several together. The beginning of sequence is not among the first tokens. Both ends share R, W and b, as pyreft has it with share_weights. No dropout. Answers are the model’s own where none are given, cut at so many tokens and without an end of sequence. Coordinates of R that torch completes at random are completed by reflections.',
}

/**
 * One edit per layer, each trained by itself on the positives' answers, and applied to the tokens it was trained on:
 * those of `spec.tokens`, else the first and last of the prompt.
 * @throws PlimsollError `invalid-input` for an empty side, answers that are all empty, a rank above the width, or no
 * tokens; `model-unsupported`, `out-of-memory`
 */
export async function fitLoreft(
  model: FitModel,
  spec: ContrastSpec,
  { rank, first, last, ...parameters }: LoreftParameters,
  options: RunOptions,
): Promise<Map<number, LowRankVector>> {
  const { width } = model.info
  if (!(Number.isInteger(rank) && rank >= 1 && rank <= width))
    throw new PlimsollError('invalid-input', 'LoReFT has a rank that cannot be', {
      found: String(rank),
      expected: `a whole number from 1 to ${width}, the width of the model`,
      fix: 'Give another rank; 4 and 8 are usual.',
    })
  const tokens = tokensOf(spec.tokens ?? endsOf({ first, last }))
  const edit = (width: number, layer: number) => {
    const random = createRandom(options.seed ?? 0, `loreft at layer ${layer}`)
    return { kind: 'loreft', rank, start: startOf(rank, width, random) } as const
  }
  const recipe = { name: loreft.name, sides: ['positive'], parameters, edit, tokens } as const
  return await trainEach(model, spec, recipe, options, (layer, training) => ({
    edit: 'low-rank',
    where: { ...whereOf(layer), tokens },
    maps: { [layer]: mapsOf(training.parameters, rank, width) },
  }))
}

/** @throws PlimsollError `invalid-input` where that is no token */
export function endsOf({ first, last }: Pick<LoreftParameters, 'first' | 'last'>): Where['tokens'] {
  const counts = [first, last].every(value => Number.isInteger(value) && value >= 0)
  if (!counts || first + last === 0)
    throw new PlimsollError('invalid-input', 'LoReFT has no tokens to edit', {
      found: `the first ${first} and the last ${last} of the prompt`,
      expected: 'whole numbers, at least one of them above 0',
      fix: 'Give `first`, `last` or both.',
    })
  if (first === 0) return { phase: 'prompt', last }
  return last === 0 ? { phase: 'prompt', first } : { phase: 'prompt', ends: { first, last } }
}

/** As torch starts them: R from Gaussians, W and b uniform within 1/√width of 0. */
function startOf(rank: number, width: number, random: Random): Float64Array {
  const project = gaussian(rank * width, random)
  const uniform = Array.from({ length: rank * (width + 1) }, () => (2 * random.next() - 1) / Math.sqrt(width))
  return Float64Array.of(...project, ...uniform)
}

function mapsOf(parameters: Float64Array, rank: number, width: number) {
  const values = rank * width
  const matrix = (from: number): DenseMatrix => ({
    rows: rank,
    columns: width,
    values: Float32Array.from(parameters.subarray(from, from + values)),
  })
  return { project: matrix(0), weight: matrix(values), bias: Float32Array.from(parameters.subarray(2 * values)) }
}
