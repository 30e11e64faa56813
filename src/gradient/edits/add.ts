/** h ← h + w */
import type { Sequence, TrainableEdit } from './types.ts'

export class AddedVector implements TrainableEdit {
  readonly parameters: Float64Array

  constructor(start: Float64Array) {
    this.parameters = start.slice()
  }

  apply({ states, width, rows }: Sequence): Float32Array {
    const changed = states.slice()
    for (const row of rows)
      for (let i = 0; i < width; i++) changed[row * width + i] = states[row * width + i]! + this.parameters[i]!
    return changed
  }

  back({ width, rows }: Sequence, gradient: Float32Array, into: Float64Array): void {
    for (const row of rows) for (let i = 0; i < width; i++) into[i]! += gradient[row * width + i]!
  }

  strengthOn(): number {
    return 1
  }
}
