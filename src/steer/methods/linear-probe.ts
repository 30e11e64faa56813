/**
 * Linear probe: w is the weight of a logistic regression σ(h·w) of the two sides, added as h ← h + α·s·ŵ at one layer.
 *
 * Reads every selected token as a row of its prompt's side; writes ŵ with s = |mean(h⁺·ŵ) − mean(h⁻·ŵ)|, so that α = 1
 * moves a state along ŵ as far as the sides lie apart. No intercept. A batch is some prompts with all of their tokens; its
 * loss is the mean over tokens. Before each step the weight is made a unit, and what of the gradient lies along it is
 * taken away; then AdamW steps, with a rate that falls linearly to 0.
 * Source: AxBench (arXiv 2501.17148; github.com/stanfordnlp/axbench, axbench/models/probe.py and
 * axbench/sweep/wuzhengx/2b/l10/probe.yaml); as used by Goyal and Daumé 2026 (arXiv 2602.06256).
 */

import { positive } from '../../engine/check.ts'
import { PlimsollError } from '../../errors.ts'
import { AdamW } from '../../gradient/adamw.ts'
import { type Random, shuffle } from '../../random.ts'
import { addTo, difference, dot, meanOf, norm } from '../algebra/vectors.ts'
import { type ContrastStates, meanDifference } from './contrast.ts'
import type { MethodDescription } from './types.ts'

export interface LinearProbeParameters {
  readonly epochs: number
  readonly batch: number
  readonly learningRate: number
  readonly weightDecay: number
  readonly centred: boolean
}

export const linearProbeDefaults: LinearProbeParameters = {
  epochs: 24,
  batch: 12,
  learningRate: 0.005,
  weightDecay: 0.001,
  centred: false,
}

export const linearProbe: MethodDescription = {
  name: 'linear-probe',
  title: 'Linear probe',
  formula: 'w minimises the cross-entropy of σ(h·w) on the sides, ŵ = w/‖w‖;  h ← h + α·s·ŵ at one layer',
  citation: 'Wu et al. 2025 (AxBench), arXiv 2501.17148; Goyal & Daumé 2026, arXiv 2602.06256',
  edit: 'add',
  needs: 'prompts on two sides',
  defaults: { ...linearProbeDefaults },
  differsFromOriginal:
    'AxBench reads all tokens of prompt and answer, scales by the largest projection of a training activation, and draws its start from torch; here the template’s tokens after the instruction, the distance of the sides, and a seed of ours. Without an intercept the common mean of both sides mixes in: `centred: true` takes it away first.',
}

/** A prompt's rows, and the side it is on. */
export interface Labelled {
  readonly rows: readonly ArrayLike<number>[]
  readonly label: 0 | 1
}

export function linearProbeDirection(
  { target: { positive, negative } }: Pick<ContrastStates, 'target'>,
  parameters: LinearProbeParameters,
  random: Random,
): Float64Array {
  const [up, down] = [positive.flat(), negative.flat()]
  const centre = meanOf([...up, ...down])
  const rowsOf = (rows: readonly Float32Array[]) =>
    parameters.centred ? rows.map(row => difference(row, centre)) : rows
  const examples: Labelled[] = [
    ...positive.map((rows): Labelled => ({ rows: rowsOf(rows), label: 1 })),
    ...negative.map((rows): Labelled => ({ rows: rowsOf(rows), label: 0 })),
  ]
  const bound = 1 / Math.sqrt(centre.length)
  const start = Float64Array.from(centre, () => bound * (2 * random.next() - 1))
  const { weight } = trainProbe(examples, parameters, start, count =>
    shuffle(
      Array.from({ length: count }, (_, i) => i),
      random,
    ),
  )
  // Sides that are alike are told apart by nothing, whatever the training ended at.
  const apart = Math.abs(dot(meanDifference({ positive, negative }, 'token'), weight)) / norm(weight) ** 2
  return weight.map(value => apart * value)
}

/**
 * Trains from `start`, in the order that `orderOf` gives for each epoch.
 * @returns the weight as the last step left it, and the loss of each step before it
 */
export function trainProbe(
  examples: readonly Labelled[],
  { epochs, batch, learningRate, weightDecay }: LinearProbeParameters,
  start: Float64Array,
  orderOf: (count: number) => readonly number[],
): { readonly weight: Float64Array; readonly losses: readonly number[] } {
  positive('epochs', epochs)
  positive('batch', batch)
  if (!(learningRate > 0))
    throw new PlimsollError('invalid-input', 'learningRate has to be a number above 0', { found: String(learningRate) })
  const weight = start.slice()
  const optimiser = new AdamW(weight, { weightDecay })
  const perEpoch = Math.ceil(examples.length / batch)
  const losses: number[] = []
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = orderOf(examples.length)
    for (let i = 0; i < perEpoch; i++) {
      const chosen = order.slice(i * batch, (i + 1) * batch).flatMap(index => examples[index] ?? [])
      const { loss, gradient } = crossEntropy(weight, chosen)
      losses.push(loss)
      const length = norm(weight)
      for (let k = 0; k < weight.length; k++) weight[k] = weight[k]! / length
      addTo(gradient, weight, -dot(gradient, weight))
      optimiser.step(gradient, learningRate * (1 - (losses.length - 1) / (epochs * perEpoch)))
    }
  }
  return { weight, losses }
}

function crossEntropy(weight: Float64Array, examples: readonly Labelled[]) {
  const gradient = new Float64Array(weight.length)
  const tokens = examples.reduce((sum, { rows }) => sum + rows.length, 0)
  let loss = 0
  for (const { rows, label } of examples)
    for (const row of rows) {
      const logit = dot(row, weight)
      // −ln σ(±logit), without overflow.
      const margin = label === 1 ? logit : -logit
      loss += (Math.max(0, -margin) + Math.log1p(Math.exp(-Math.abs(margin)))) / tokens
      addTo(gradient, row, (1 / (1 + Math.exp(-logit)) - label) / tokens)
    }
  return { loss, gradient }
}
