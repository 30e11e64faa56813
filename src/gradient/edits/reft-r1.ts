/**
 * h ← h + m·w, where m is the mean of the k largest of relu(h·w) over the sequence; the others are kept small by a
 * penalty. w is kept at length 1.
 * Source: Wu et al. 2025 (arXiv 2501.17148), `TopKReLUIntervention` of AxBench.
 */
import { clip, length } from './clip.ts'
import type { Sequence, TrainableEdit } from './types.ts'

/** Distance from 1 to the next number in single precision. */
const floatEpsilon = 2 ** -23

export class ReftR1 implements TrainableEdit {
  readonly parameters: Float64Array
  readonly #top: number

  constructor(start: Float64Array, top: number) {
    this.parameters = start.slice()
    this.#top = top
  }

  apply(sequence: Sequence): Float32Array {
    const { states, width, rows } = sequence
    const { mean } = this.#activations(sequence)
    const changed = states.slice()
    for (const row of rows)
      for (let i = 0; i < width; i++) changed[row * width + i] = states[row * width + i]! + mean * this.parameters[i]!
    return changed
  }

  back(sequence: Sequence, gradient: Float32Array, into: Float64Array): void {
    const { states, width, rows } = sequence
    const { mean, top } = this.#activations(sequence)
    const sum = new Float64Array(width)
    for (const row of rows) for (let i = 0; i < width; i++) sum[i]! += gradient[row * width + i]!
    const along = sum.reduce((total, value, i) => total + value * this.parameters[i]!, 0)
    for (let i = 0; i < width; i++) into[i]! += mean * sum[i]!
    for (const { row, activation } of top) {
      if (activation === 0) continue
      for (let i = 0; i < width; i++) into[i]! += (along / top.length) * states[row * width + i]!
    }
  }

  strengthOn(sequence: Sequence): number {
    return this.#activations(sequence).mean
  }

  penalty(sequence: Sequence, weight: number, into: Float64Array): number {
    const { states, width, rows } = sequence
    const { others } = this.#activations(sequence)
    let sum = 0
    for (const { row, activation } of others) {
      if (activation === 0) continue
      sum += activation
      for (let i = 0; i < width; i++) into[i]! += (weight / rows.length) * states[row * width + i]!
    }
    return (weight * sum) / rows.length
  }

  /** Shortens the gradient, then the vector; what would lengthen the vector is taken out of the gradient. */
  beforeStep(gradient: Float64Array): void {
    clip(gradient)
    const long = length(this.parameters) + floatEpsilon
    for (let i = 0; i < gradient.length; i++) this.parameters[i]! /= long
    const along = gradient.reduce((sum, value, i) => sum + value * this.parameters[i]!, 0)
    for (let i = 0; i < gradient.length; i++) gradient[i]! -= along * this.parameters[i]!
  }

  #activations({ states, width, rows }: Sequence) {
    const all = rows.map(row => {
      let product = 0
      for (let i = 0; i < width; i++) product += states[row * width + i]! * this.parameters[i]!
      return { row, activation: Math.max(0, product) }
    })
    const ordered = all.toSorted((a, b) => b.activation - a.activation || a.row - b.row)
    const top = ordered.slice(0, this.#top)
    const mean = top.reduce((sum, { activation }) => sum + activation, 0) / top.length
    return { mean, top, others: ordered.slice(this.#top) }
  }
}
