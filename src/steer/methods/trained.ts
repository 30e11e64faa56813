/** What the methods have in common that train a vector through the model: whose answers are made likely, and where. */
import { EMBEDDING } from '../../engine/place.ts'
import type { DirectionVector, TrainableSpec, Training, TrainingExample } from '../../engine/types.ts'
import type { Where } from '../../engine/where.ts'
import { PlimsollError } from '../../errors.ts'
import type { RunOptions } from '../../progress.ts'
import { toDirection } from '../vector.ts'
import { ownAnswers } from './answers.ts'
import { type ContrastSpec, checkSides, type FitModel, type Sides, whereOf } from './contrast.ts'
import { tokensOf } from './tokens.ts'

export interface TrainedParameters {
  readonly epochs: number
  readonly batch: number
  readonly learningRate: number
  /** Tokens of the model's own answer that are made likely. */
  readonly answerTokens: number
}

/** Tokens that a trained vector acts on, in training and after it: every one but the beginning of sequence. */
export const trainedTokens = { phase: 'all' } as const

export interface Recipe {
  readonly name: string
  /** Sides whose answers are made likely. */
  readonly sides: readonly (keyof Sides<unknown>)[]
  readonly parameters: TrainedParameters
  readonly edit: (width: number, layer: number) => TrainableSpec
}

/**
 * One vector per layer, each trained by itself and added to the tokens it was trained on; its natural scale is how far
 * training moved the positives.
 * @throws PlimsollError `invalid-input` for an empty side or answers that are all empty, `model-unsupported`
 */
export async function fitTrained(
  model: FitModel,
  spec: ContrastSpec,
  recipe: Recipe,
  options: RunOptions = {},
): Promise<Map<number, DirectionVector>> {
  const tokens = tokensOf(spec.tokens ?? trainedTokens)
  return trainEach(model, spec, { ...recipe, tokens }, options, (layer, training, examples) => {
    const place = layer === EMBEDDING ? 'the embedding' : `layer ${layer}`
    const moved = meanStrength(training, examples)
    const w = training.parameters.map(value => value * moved)
    const direction = toDirection(w, `What ${recipe.name} trained at ${place}`)
    return { edit: 'add', where: { ...whereOf(layer), tokens }, directions: { [layer]: direction } }
  })
}

/**
 * Trains an edit at every layer by itself, and makes something of each.
 * @throws PlimsollError `invalid-input` for an empty side or answers that are all empty, `model-unsupported`
 */
export async function trainEach<Made>(
  model: FitModel,
  spec: ContrastSpec,
  { sides, parameters, edit, tokens }: Recipe & { readonly tokens: Where['tokens'] },
  options: RunOptions,
  make: (layer: number, training: Training, examples: readonly Labelled[]) => Made,
): Promise<Map<number, Made>> {
  checkSides(spec, '')
  const { answerTokens, epochs, batch, learningRate } = parameters
  const examples = await examplesOf(model, spec, sides, answerTokens, options)
  const made = new Map<number, Made>()
  for (const [i, layer] of spec.layers.entries()) {
    const { signal, seed, onProgress } = options
    const training = await model.train(
      examples.map(({ example }) => example),
      { layer, tokens, edit: edit(model.info.width, layer), epochs, batch, learningRate },
      {
        signal,
        seed,
        onProgress: event =>
          onProgress?.({ ...event, done: i * event.total + event.done, total: spec.layers.length * event.total }),
      },
    )
    made.set(layer, make(layer, training, examples))
  }
  return made
}

export interface Labelled {
  readonly side: keyof Sides<unknown>
  readonly example: TrainingExample
}

async function examplesOf(
  model: FitModel,
  spec: ContrastSpec,
  sides: Recipe['sides'],
  maxTokens: number,
  options: RunOptions,
): Promise<Labelled[]> {
  const rows = sides.flatMap(side =>
    spec[side].map((prompt, i) => ({ side, prompt, given: spec.answers?.[side][i] ?? null })),
  )
  const prompts = rows.map(({ prompt }) => prompt)
  const given = rows.map(row => row.given)
  const answers = await ownAnswers(model, prompts, given, options, maxTokens)
  const found = rows.flatMap(({ side, prompt }, i): Labelled[] => {
    const target = answers[i] ?? ''
    return target.trim() === '' ? [] : [{ side, example: { prompt, target } }]
  })
  if (found.some(({ side }) => side === 'positive')) return found
  throw new PlimsollError('invalid-input', 'There is no answer to train on', {
    found: `${rows.length} prompts, whose answers are all empty`,
    expected: 'answers to the positive prompts',
    fix: 'Give the answers, or other prompts.',
  })
}

function meanStrength({ strengths }: Training, examples: readonly Labelled[]): number {
  const positive = Array.from(strengths).filter((_, i) => examples[i]?.side === 'positive')
  return positive.reduce((sum, value) => sum + value, 0) / positive.length
}
