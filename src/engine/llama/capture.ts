/** Reads hidden states, reduced where they are computed so that little has to be sent. */
import { PlimsollError } from '../../errors.ts'
import { placeOf } from '../place.ts'
import { selectedPositions, type TokenSelection } from '../select.ts'
import type { Places } from '../sites.ts'
import type { ResolvedSteering } from '../steering.ts'
import type { Rendered } from '../types.ts'
import { CaptureVisitor } from './capture-visitor.ts'
import type { LoadedModel } from './model.ts'
import { prefill, scoredPiece } from './prefill.ts'
import { prepareSteered } from './prepare-steered.ts'
import { newParts } from './steered.ts'
import { SteeringVisitor } from './steering-visitor.ts'

export interface CaptureRequest {
  readonly rendered: Rendered
  readonly selection: TokenSelection
  readonly steering: ResolvedSteering | null
  /** Tokens that follow the prompt. */
  readonly continuation: readonly number[]
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
  places: Places,
  reduce: 'none' | 'mean' | 'last',
  onLayer: (captured: CapturedLayer) => void,
  onDone: (index: number, positions: readonly number[]) => void,
): void {
  const { layers, heads } = places
  const width = places.width * heads.length
  const lastLayer = model.info.layers - 1
  const lengths = requests.map(request => request.rendered.tokens.length + request.continuation.length)
  const context = model.context({ sequences: 1, cells: Math.max(1, ...lengths), outputs: scoredPiece })
  const steering = new SteeringVisitor()
  const visitor = new CaptureVisitor(places.keys, steering)
  context.visitor = visitor
  for (const [index, request] of requests.entries()) {
    const tokens = [...request.rendered.tokens, ...request.continuation]
    const parts = newParts(request.rendered, request.continuation)
    const positions = selectedPositions(request.selection, tokens.length, parts)
    const wanted = new Map((reduce === 'last' ? positions.slice(-1) : positions).map((position, i) => [position, i]))
    const rows = reduce === 'none' ? wanted.size : 1
    let seen = 0
    const states = new Map(layers.map(layer => [layer, new Float32Array(rows * width)]))
    // Sums over many tokens are kept in double precision.
    const sums = new Map(layers.map(layer => [layer, new Float64Array(reduce === 'mean' ? width : 0)]))
    visitor.onRow((place, position, state) => {
      const { layer } = placeOf(place)
      const row = wanted.get(position)
      if (row === undefined) return
      seen++
      const start = reduce === 'none' ? row * width : 0
      for (const [i, head] of heads.entries()) {
        const values = state.subarray(head * places.width, (head + 1) * places.width)
        if (reduce === 'mean') addTo(sums.get(layer)!, values, i * places.width)
        else states.get(layer)!.set(values, start + i * places.width)
      }
    })
    const steered = prepareSteered(context, steering, 0, request.rendered, request.steering)
    for (const token of request.continuation) steered?.generated.push(token)
    context.truncate(0, -1)
    // The last layer computes only rows with logits; only the final token's come for free.
    const onlyFinal = wanted.size === 1 && wanted.has(tokens.length - 1)
    prefill(context, 0, tokens, 0, layers.includes(lastLayer) && !onlyFinal ? 'all' : 'last')
    if (steered?.failure) throw steered.failure
    if (seen !== wanted.size * layers.length) throw notSeen(places, seen, wanted.size * layers.length)
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

function addTo(sum: Float64Array, values: Float32Array, start: number): void {
  for (let i = 0; i < values.length; i++) sum[start + i] = sum[start + i]! + values[i]!
}

/** Never a row of zeros that looks like a state. */
function notSeen({ site, layers }: Places, seen: number, wanted: number): PlimsollError {
  return new PlimsollError('internal', `Not every state of the site ${site} was computed`, {
    found: `${seen} rows at layers ${layers.join(', ')}`,
    expected: `${wanted} rows`,
    fix: 'Please report this with the name of the model.',
  })
}
