/**
 * h ← h + Rᵀ(W·h + b − R·h), R with orthonormal rows: what h is in their span becomes W·h + b.
 * Source: Wu et al. 2024 (arXiv 2404.03592), `LoreftIntervention` of pyreft, without dropout; the gradient is shortened
 * to length 1, as the trainer does that pyreft builds on.
 */
import { clip } from './clip.ts'
import { OrthonormalRows } from './orthonormal.ts'
import type { Sequence, TrainableEdit } from './types.ts'

export class Loreft implements TrainableEdit {
  /** Coordinates of R and W, rank × width each, and b. */
  readonly parameters: Float64Array
  readonly #rank: number
  readonly #values: number
  readonly #rows: OrthonormalRows

  /**
   * @param start R, W and b, one behind the other
   * @throws PlimsollError `invalid-input` where R's rows depend on each other
   */
  constructor(start: Float64Array, rank: number) {
    const width = (start.length / rank - 1) / 2
    this.#rank = rank
    this.#values = rank * width
    this.#rows = new OrthonormalRows(start.subarray(0, this.#values), rank, width)
    this.parameters = start.slice().fill(0, 0, this.#values)
  }

  apply({ states, width, rows }: Sequence): Float32Array {
    const { project, weight, bias } = this.#maps()
    const changed = states.slice()
    for (const row of rows) {
      const state = states.subarray(row * width, (row + 1) * width)
      for (let k = 0; k < this.#rank; k++) {
        const by = along(weight, k, state) + bias[k]! - along(project, k, state)
        for (let i = 0; i < width; i++) changed[row * width + i]! += by * project[k * width + i]!
      }
    }
    return changed
  }

  back({ states, width, rows }: Sequence, gradient: Float32Array, into: Float64Array): void {
    const { project, weight, bias } = this.#maps()
    const byProject = new Float64Array(this.#values)
    for (const row of rows) {
      const state = states.subarray(row * width, (row + 1) * width)
      const pull = gradient.subarray(row * width, (row + 1) * width)
      for (let k = 0; k < this.#rank; k++) {
        const by = along(weight, k, state) + bias[k]! - along(project, k, state)
        const pulled = along(project, k, pull)
        for (let i = 0; i < width; i++) {
          into[this.#values + k * width + i]! += pulled * state[i]!
          byProject[k * width + i]! += by * pull[i]! - pulled * state[i]!
        }
        into[2 * this.#values + k]! += pulled
      }
    }
    this.#rows.back(this.parameters.subarray(0, this.#values), byProject, into)
  }

  strengthOn(): number {
    return 1
  }

  beforeStep(gradient: Float64Array): void {
    clip(gradient)
  }

  result(): Float64Array {
    const result = this.parameters.slice()
    result.set(this.#maps().project)
    return result
  }

  #maps() {
    const { parameters } = this
    return {
      project: this.#rows.rows(parameters.subarray(0, this.#values)),
      weight: parameters.subarray(this.#values, 2 * this.#values),
      bias: parameters.subarray(2 * this.#values),
    }
  }
}

/** Row k of a matrix times a state. */
function along(matrix: Float64Array, k: number, state: Float32Array): number {
  let sum = 0
  for (let i = 0; i < state.length; i++) sum += matrix[k * state.length + i]! * state[i]!
  return sum
}
