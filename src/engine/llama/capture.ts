/** Reads hidden states, reduced where they are computed so that little has to be sent. */
import { placeKey, placeOf } from '../place.ts'
import { EMBEDDING, selectedPositions, type TokenSelection } from '../select.ts'
import type { ResolvedSteering } from '../steering.ts'
import type { Rendered } from '../types.ts'
import { CaptureVisitor } from './capture-visitor.ts'
import { prepareSteered } from './conditions.ts'
import type { LoadedModel } from './model.ts'
import { prefill, scoredPiece } from './prefill.ts'
import { SteeringVisitor } from './steering-visitor.ts'

export interface CaptureRequest {
  readonly rendered: Rendered
  readonly selection: TokenSelection
  readonly steering: ResolvedSteering | null
}

/** States of one prompt at one layer: rows × width. */
export interface CapturedLayer {
  readonly index: number
  readonly layer: number
  readonly states: Float32Array
}

export function capture(
  model: LoadedModel,
  requests: readonly CaptureRequest[],
  layers: readonly number[],
  reduce: 'none' | 'mean' | 'last',
  onLayer: (captured: CapturedLayer) => void,
  onDone: (index: number, positions: readonly number[]) => void,
): void {
  const { width } = model.info
  const lastLayer = model.info.layers - 1
  const context = model.context({
    sequences: 1,
    cells: Math.max(1, ...requests.map(request => request.rendered.tokens.length)),
    outputs: scoredPiece,
  })
  const steering = new SteeringVisitor(width)
  const visitor = new CaptureVisitor(
    layers.map(layer => placeKey(layer === EMBEDDING ? 'embedding' : 'residual', layer)),
    steering,
  )
  context.visitor = visitor
  for (const [index, request] of requests.entries()) {
    const { tokens } = request.rendered
    const positions = selectedPositions(request.selection, tokens.length)
    const wanted = new Map((reduce === 'last' ? positions.slice(-1) : positions).map((position, i) => [position, i]))
    const rows = reduce === 'none' ? wanted.size : 1
    const states = new Map(layers.map(layer => [layer, new Float32Array(rows * width)]))
    // Sums over many tokens are kept in double precision.
    const sums = new Map(layers.map(layer => [layer, new Float64Array(reduce === 'mean' ? width : 0)]))
    visitor.onRow((place, position, state) => {
      const { layer } = placeOf(place)
      const row = wanted.get(position)
      if (row === undefined) return
      if (reduce === 'mean') addTo(sums.get(layer)!, state)
      else states.get(layer)!.set(state, reduce === 'none' ? row * width : 0)
    })
    const steered = prepareSteered(context, steering, 0, request.rendered, request.steering)
    context.truncate(0, -1)
    // The last layer computes only rows with logits; only the final token's come for free.
    const onlyFinal = wanted.size === 1 && wanted.has(tokens.length - 1)
    prefill(context, 0, tokens, 0, layers.includes(lastLayer) && !onlyFinal ? 'all' : 'last')
    if (steered?.failure) throw steered.failure
    for (const layer of layers) {
      const values = states.get(layer)!
      if (reduce === 'mean') {
        const sum = sums.get(layer)!
        for (let i = 0; i < width; i++) values[i] = sum[i]! / positions.length
      }
      onLayer({ index, layer, states: values })
    }
    onDone(index, positions)
  }
}

function addTo(sum: Float64Array, state: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + state[i]!
}
