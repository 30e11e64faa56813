/** Uses llama.cpp's own control vector where all requests share one, and where it does in this architecture what it should. */
import { placeKey } from '../place.ts'
import type { ModelInfo } from '../types.ts'
import type { ContextShape, DecodeContext } from './context.ts'
import type { GenerateRequest } from './generate/request.ts'
import { type SharedVector, sharedVector } from './shared-vector.ts'
import type { StateVisitor } from './state-callback.ts'

/** As much of a loaded model as is needed to try a vector. */
interface Computing {
  readonly info: ModelInfo
  readonly vocabulary: { readonly bos: number }
  context(shape: ContextShape): DecodeContext
}

export class FastPath {
  readonly #mode: 'use' | 'leave'
  /** Layers that were tried. */
  readonly #trusted = new Set<number>()

  constructor(mode: 'use' | 'leave') {
    this.#mode = mode
  }

  /** The requests, to be steered by llama.cpp where that can be done. */
  take(model: Computing, requests: readonly GenerateRequest[]): readonly GenerateRequest[] {
    if (this.#mode === 'leave') return requests
    const startWithBos = requests.some(request => request.rendered.startsWithBos)
    const [first, ...others] = new Set(requests.map(request => request.written))
    const shared = first === undefined ? null : sharedVector(first, model.info, { startWithBos })
    if (shared === null) return requests
    const same = others.every(other => sameRows(shared, sharedVector(other, model.info, { startWithBos })))
    if (!same || !this.#trusts(model, shared)) return requests
    return requests.map(request => ({ ...request, steering: null, shared }))
  }

  #trusts(model: Computing, vector: SharedVector): boolean {
    const unknown = vector.layers.filter(layer => !this.#trusted.has(layer))
    if (unknown.length === 0) return true
    const shown = addsAsAsked(model, { ...vector, layers: unknown })
    for (const layer of shown ?? []) this.#trusted.add(layer)
    return shown !== null
  }
}

/** Of the vector's length. Half-precision weights on a device round states a little differently from run to run. */
const tolerance = 0.01

function sameRows(a: SharedVector, b: SharedVector | null): boolean {
  return b !== null && a.layers.length === b.layers.length && a.rows.every((value, i) => value === b.rows[i])
}

/**
 * Adds the vector's rows one layer at a time to one token and compares the states of that layer with and without it.
 * Costs two short steps for each layer.
 * @returns the layers that this was shown of; null where it is not so at one of them. A row of zeros shows nothing.
 */
function addsAsAsked(model: Computing, vector: SharedVector): readonly number[] | null {
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
  const shown: number[] = []
  const right = vector.layers.every(layer => {
    const start = (layer - 1) * width
    const row = vector.rows.subarray(start, start + width)
    const only = new Float32Array((layers - 1) * width)
    only.set(row, start)
    const [before, after] = [stateAt(layer, null), stateAt(layer, only)]
    const error = Math.hypot(...row.map((value, i) => (after[i] ?? 0) - (before[i] ?? 0) - value))
    const [length, rounding] = [Math.hypot(...row), 1e-5 * Math.hypot(...before)]
    if (length > 10 * rounding) shown.push(layer)
    // What is added to a large state is rounded to that state's last digits.
    return error <= tolerance * length + rounding
  })
  context.setSharedVector(null)
  context.visitor = null
  return right ? shown : null
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
