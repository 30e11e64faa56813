/** Whether llama.cpp's own control vector does in this architecture what it is asked to. */
import { placeKey } from '../place.ts'
import type { StateVisitor } from './context.ts'
import type { SharedVector } from './fast-path.ts'
import type { LoadedModel } from './model.ts'

/** Of the vector's length. Half-precision weights on a device round states a little differently from run to run. */
const tolerance = 0.01

/**
 * Adds the vector's rows one layer at a time to one token and compares the states of that layer with and without it.
 * Costs two short steps for each layer: ask once for a model.
 */
export function addsAsAsked(model: LoadedModel, vector: SharedVector): boolean {
  const { width, layers } = model.info
  const context = model.context({ sequences: 1, cells: 256, outputs: 1 })
  const token = Math.max(model.vocabulary.bos, 0)
  const stateAt = (layer: number, rows: Float32Array | null): Float32Array => {
    context.setSharedVector(rows)
    context.truncate(0, -1)
    const reader = new StateReader(placeKey('residual', layer))
    context.visitor = reader
    context.decodeSequence(0, 0, [token], 'last')
    return reader.state
  }
  const right = vector.layers.every(layer => {
    const start = (layer - 1) * width
    const row = vector.rows.subarray(start, start + width)
    const only = new Float32Array((layers - 1) * width)
    only.set(row, start)
    const [before, after] = [stateAt(layer, null), stateAt(layer, only)]
    const error = Math.hypot(...row.map((value, i) => (after[i] ?? 0) - (before[i] ?? 0) - value))
    // What is added to a large state is rounded to that state's last digits.
    return error <= tolerance * Math.hypot(...row) + 1e-5 * Math.hypot(...before)
  })
  context.setSharedVector(null)
  context.visitor = null
  return right
}

class StateReader implements StateVisitor {
  readonly #place: number
  state = new Float32Array(0)

  constructor(place: number) {
    this.#place = place
  }

  wants(place: number): boolean {
    return place === this.#place
  }

  visit(_place: number, states: Float32Array, width: number): boolean {
    this.state = states.slice(0, width)
    return false
  }
}
