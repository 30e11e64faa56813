/**
 * Trains a top-k autoencoder: z = TopK(W_encᵀ·(h − b) + b_enc), ĥ = W_decᵀ·z + b. The loss is ‖h − ĥ‖² as a share of the
 * rows' variance; Adam, whose rate falls linearly to nothing; each latent's direction has length 1, and what of its gradient
 * lies along it is taken away. The encoder starts as the decoder's transpose, b at the mean of the rows.
 *
 * Source: Gao et al. 2024, arXiv 2406.04093 (github.com/openai/sparse_autoencoder, sparse_autoencoder/train.py), whose b
 * starts at the geometric median and whose second loss for latents that died is left out here.
 */
import { setImmediate } from 'node:timers/promises'
import { PlimsollError } from '../../errors.ts'
import { AdamW } from '../../gradient/adamw.ts'
import type { RunOptions } from '../../progress.ts'
import { createRandom, type Random, shuffle } from '../../random.ts'
import { addTo, difference, dot, meanOf, norm } from '../algebra/vectors.ts'
import { decode, encode, greatest } from './autoencoder.ts'
import type { OwnAutoencoder } from './file.ts'

export interface AutoencoderParameters {
  readonly latents: number
  /** Latents that are kept of each state: the k of top-k. */
  readonly top: number
  readonly epochs: number
  /** Rows in a step. */
  readonly batch: number
  readonly learningRate: number
}

export interface TrainedAutoencoder extends OwnAutoencoder {
  /** Mean loss of each epoch: 1 is what the mean of the rows alone would leave, 0 nothing. */
  readonly losses: readonly number[]
  /** Share of the latents that no row of the last epoch activated. */
  readonly dead: number
}

/**
 * @param rows states of one layer
 * @throws PlimsollError `invalid-input` for parameters that make no autoencoder, rows that do not differ, or a loss that
 * is no number; `cancelled`
 */
export async function trainAutoencoder(
  rows: readonly Float32Array[],
  layer: number,
  parameters: AutoencoderParameters,
  { signal, seed = 0, onProgress }: RunOptions = {},
): Promise<TrainedAutoencoder> {
  const { latents, top, epochs, batch, learningRate } = parameters
  checkParameters(parameters)
  const scaled = inUnits(rows)
  const width = scaled.mean.length
  const weights = new Weights(width, latents, scaled.mean, createRandom(seed, 'autoencoder'))
  const optimiser = new AdamW(weights.all, { weightDecay: 0 })
  const gradient = new Weights(width, latents)
  const perEpoch = Math.ceil(rows.length / batch)
  const losses: number[] = []
  let active = new Uint8Array(latents)
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = shuffle(scaled.rows, createRandom(seed, `autoencoder, epoch ${epoch}`))
    active = new Uint8Array(latents)
    let sum = 0
    for (let i = 0; i < perEpoch; i++) {
      await setImmediate()
      if (signal?.aborted) throw new PlimsollError('cancelled', 'The training was cancelled')
      const chosen = order.slice(i * batch, (i + 1) * batch)
      gradient.all.fill(0)
      const lost = chosen.reduce(
        (lost, row) => lost + addGradient(row, weights, gradient, top, chosen.length, active),
        0,
      )
      if (!Number.isFinite(lost)) throw notANumber(epoch)
      sum += lost
      const step = epoch * perEpoch + i
      keepLengths(weights, gradient)
      optimiser.step(gradient.all, learningRate * (1 - step / (epochs * perEpoch)))
      weights.makeUnits()
      const detail = `loss ${(lost / chosen.length).toPrecision(3)}`
      onProgress?.({ stage: 'train', done: step + 1, total: epochs * perEpoch, detail })
    }
    losses.push(sum / rows.length)
  }
  const dead = active.filter(seen => seen === 0).length / latents
  return { ...weights.autoencoder(scaled.unit), activation: { kind: 'top-k', k: top }, layer, losses, dead }
}

/** Share of the variance of rows that their reconstruction keeps; below 0 where it is worse than their mean. */
export function explainedVariance(autoencoder: OwnAutoencoder, rows: readonly Float32Array[]): number {
  const mean = meanOf(rows)
  let [lost, whole] = [0, 0]
  for (const row of rows) {
    lost += norm(difference(row, decode(autoencoder, encode(autoencoder, row)))) ** 2
    whole += norm(difference(row, mean)) ** 2
  }
  return 1 - lost / whole
}

/** Weights, or a gradient by them, over one array, so that one optimiser steps them all. */
class Weights {
  readonly all: Float64Array
  /** By latent: the weights it is read with, and the direction it is written along. */
  readonly read: readonly Float64Array[]
  readonly written: readonly Float64Array[]
  readonly bias: Float64Array
  /** The decoder's bias, b. */
  readonly centre: Float64Array

  /** Without a source of random numbers: zeros. */
  constructor(width: number, latents: number, centre?: Float64Array, random?: Random) {
    this.all = new Float64Array(2 * latents * width + latents + width)
    const rows = (from: number) =>
      Array.from({ length: latents }, (_, j) => this.all.subarray(from + j * width, from + (j + 1) * width))
    this.read = rows(0)
    this.written = rows(latents * width)
    this.bias = this.all.subarray(2 * latents * width, 2 * latents * width + latents)
    this.centre = this.all.subarray(2 * latents * width + latents)
    if (centre === undefined || random === undefined) return
    this.centre.set(centre)
    for (const row of this.written) for (let i = 0; i < width; i++) row[i] = gaussian(random)
    this.makeUnits()
    for (const [j, row] of this.written.entries()) this.read[j]?.set(row)
  }

  makeUnits(): void {
    for (const row of this.written) {
      const length = norm(row)
      for (let i = 0; i < row.length; i++) row[i] = row[i]! / length
    }
  }

  /** As it is kept, for states `unit` times as long as the rows it was trained on: weights stay, biases grow with them. */
  autoencoder(unit: number) {
    const [width, latents] = [this.centre.length, this.bias.length]
    const encoder = new Float32Array(width * latents)
    for (const [j, row] of this.read.entries()) for (let i = 0; i < width; i++) encoder[i * latents + j] = row[i]!
    return {
      width,
      latents,
      encoder,
      encoderBias: Float32Array.from(this.bias, value => value * unit),
      decoder: new Float32Array(this.all.subarray(latents * width, 2 * latents * width)),
      decoderBias: Float32Array.from(this.centre, value => value * unit),
      input: 'state less decoder bias',
    } as const
  }
}

/** The loss of one row; its share of the batch's gradient is added, and the latents that it activates are marked. */
function addGradient(
  row: Float64Array,
  { read, written, bias, centre }: Weights,
  into: Weights,
  top: number,
  rows: number,
  active: Uint8Array,
): number {
  const width = row.length
  const from = difference(row, centre)
  const values = bias.slice()
  for (let j = 0; j < values.length; j++) {
    const weights = read[j]!
    let sum = 0
    for (let i = 0; i < width; i++) sum += weights[i]! * from[i]!
    values[j] = values[j]! + sum
  }
  const kept = greatest(values, top)
  const error = from.map(value => -value)
  for (const j of kept) addTo(error, written[j]!, values[j]!)
  const byState = error.map(value => (2 * value) / (rows * width))
  addTo(into.centre, byState, 1)
  for (const j of kept) {
    active[j] = 1
    const byLatent = dot(written[j]!, byState)
    addTo(into.written[j]!, byState, values[j]!)
    addTo(into.read[j]!, from, byLatent)
    into.bias[j] = into.bias[j]! + byLatent
    addTo(into.centre, read[j]!, -byLatent)
  }
  return dot(error, error) / width
}

function keepLengths({ written }: Weights, gradient: Weights): void {
  for (const [j, row] of gradient.written.entries()) addTo(row, written[j]!, -dot(row, written[j]!))
}

/** Rows whose variance is 1 for each of their values, so that one rate suits every model. */
function inUnits(rows: readonly Float32Array[]) {
  const mean = meanOf(rows)
  const square = rows.reduce((sum, row) => sum + norm(difference(row, mean)) ** 2, 0)
  const unit = Math.sqrt(square / (rows.length * mean.length))
  if (!(unit > 0 && Number.isFinite(unit)))
    throw new PlimsollError('invalid-input', 'There is nothing to train an autoencoder on', {
      found: `${rows.length} rows with a standard deviation of ${unit}`,
      expected: 'finite rows that differ',
      fix: 'Give more prompts.',
    })
  return { unit, mean: mean.map(value => value / unit), rows: rows.map(row => Float64Array.from(row, v => v / unit)) }
}

/** Box and Muller, one of their two. */
function gaussian(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())
}

function checkParameters({ latents, top, epochs, batch }: AutoencoderParameters): void {
  const wrong = Object.entries({ latents, top, epochs, batch }).find(
    ([, value]) => !(Number.isInteger(value) && value > 0),
  )
  if (wrong === undefined && top <= latents) return
  throw new PlimsollError('invalid-input', 'These parameters make no autoencoder', {
    found: wrong === undefined ? `top ${top} of ${latents} latents` : `${wrong[0]} ${wrong[1]}`,
    expected: 'whole numbers above 0, and no more kept than there are latents',
    fix: 'Change them.',
  })
}

function notANumber(epoch: number): PlimsollError {
  return new PlimsollError('invalid-input', 'The training left the numbers', {
    found: `a loss that is no number in epoch ${epoch + 1}`,
    fix: 'Give other prompts or another layer.',
  })
}
