/** Reads hidden states, reduced where they are computed so that little has to be sent. */
import { PlimsollError } from '../../errors.ts'
import { type PlaceKey, placeKey, placeOf } from '../place.ts'
import { partsAfter } from '../positions.ts'
import { selectedPositions, selects, type TokenSelection } from '../select.ts'
import type { Places } from '../sites.ts'
import type { ResolvedSteering } from '../steering.ts'
import type { Adapter, Rendered } from '../types.ts'
import { beyondNumbers } from './beyond-numbers.ts'
import { CaptureVisitor } from './capture-visitor.ts'
import type { LoadedModel } from './model.ts'
import { pieceSize, prefill, scoredPiece } from './prefill.ts'
import { prepareSteered } from './prepare-steered.ts'
import { sharedPrefix } from './request.ts'
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
  adapters: readonly Adapter[],
  onLayer: (captured: CapturedLayer) => void,
  onDone: (index: number, positions: readonly number[]) => void,
): void {
  const { layers, heads } = places
  const width = places.width * heads.length
  const lastLayer = model.info.layers - 1
  const lengths = requests.map(request => request.rendered.tokens.length + request.continuation.length)
  const context = model.context({ sequences: 1, cells: Math.max(1, ...lengths), outputs: scoredPiece }, adapters)
  const steering = new SteeringVisitor()
  const visitor = new CaptureVisitor(places.keys, steering)
  context.visitor = visitor
  // What is in the cache, computed without steering: a template begins every prompt alike.
  let before: readonly number[] = []
  for (const [index, request] of requests.entries()) {
    const tokens = [...request.rendered.tokens, ...request.continuation]
    const parts = partsAfter(request.rendered, request.continuation)
    const positions = selectedPositions(request.selection, tokens.length, parts)
    if (positions.length === 0) throw noToken()
    const { selection } = request
    const wanted = new Map(
      (reduce === 'last' && !selection.readsStates ? positions.slice(-1) : positions).map((position, i) => [
        position,
        i,
      ]),
    )
    const rows = reduce === 'none' ? wanted.size : 1
    const seen = new Map<PlaceKey, number>()
    const found = new Set<number>()
    const states = new Map(layers.map(layer => [layer, new Float32Array(rows * width)]))
    // Sums over many tokens are kept in double precision.
    const sums = new Map(layers.map(layer => [layer, new Float64Array(reduce === 'mean' ? width : 0)]))
    visitor.onRow((place, position, state) => {
      const { layer } = placeOf(place)
      const row = wanted.get(position)
      if (row === undefined) return
      if (selection.readsStates && !selects(selection, position, parts, state)) return
      const before = seen.get(place) ?? 0
      seen.set(place, before + 1)
      if (selection.readsStates) found.add(position)
      // Where states decide, rows follow each other as they are found.
      const start = reduce === 'none' ? (selection.readsStates ? before : row) * width : 0
      for (const [i, head] of heads.entries()) {
        const values = state.subarray(head * places.width, (head + 1) * places.width)
        if (reduce === 'mean') addTo(sums.get(layer)!, values, i * places.width)
        else states.get(layer)!.set(values, start + i * places.width)
      }
    })
    const plain = request.steering === null
    // An edit above that fails has to be heard of.
    visitor.stops = plain
    const known =
      plain && model.rewinds ? Math.min(sharedPrefix(before, tokens), positions[0] ?? 0, tokens.length - 1) : 0
    context.truncate(0, known)
    before = plain ? tokens : []
    // The last layer computes only rows with logits; only the final token's come for free. It is the clause that decides,
    // not the reduction: a row computed beside others differs in its last bits from one computed alone.
    const onlyFinal = positions.length === 1 && positions[0] === tokens.length - 1
    const outputs = layers.includes(lastLayer) && !onlyFinal ? 'all' : 'last'
    const piece = pieceSize(context, outputs)
    const steered = prepareSteered(context, steering, 0, request.rendered, request.steering, piece)
    for (const token of request.continuation) steered?.generated.push(token)
    prefill(context, 0, tokens, known, outputs)
    if (steered?.failure) throw steered.failure
    for (const key of places.keys) {
      const rows = seen.get(key) ?? 0
      if (selection.readsStates ? rows === 0 : rows !== wanted.size) throw notSeen(places, key, rows, wanted.size)
    }
    for (const layer of layers) {
      const values = states.get(layer)!
      if (reduce === 'mean') {
        const sum = sums.get(layer)!
        const rows = seen.get(placeKey(places.site, layer)) ?? 0
        for (let i = 0; i < width; i++) values[i] = sum[i]! / rows
      }
      // An edit checks what it writes; what the model makes of that overflows later.
      if (!plain && !values.every(Number.isFinite))
        throw beyondNumbers(`states that are no numbers at ${places.site} of layer ${layer}`, 'finite values')
      onLayer({
        index,
        layer,
        states: reduce === 'none' && selection.readsStates ? values.slice(0, found.size * width) : values,
      })
    }
    // Steering that overflows above what was read would spoil what is computed in these cells later.
    if (!plain && Number.isNaN(context.logits(outputs === 'all' ? (tokens.length - 1) % piece : 0)[0])) context.wipe()
    onDone(index, selection.readsStates ? [...found].sort((a, b) => a - b) : positions)
  }
}

function addTo(sum: Float64Array, values: Float32Array, start: number): void {
  for (let i = 0; i < values.length; i++) sum[start + i] = sum[start + i]! + values[i]!
}

/** A clause on what is generated may find none of it in the continuation that there is. */
function noToken(): PlimsollError {
  return new PlimsollError('nothing-selected', 'The where-clause selects no token of this request.', {
    found: 'none in the prompt and none in its continuation',
    expected: 'at least one selected token',
    fix: 'Use a longer continuation, or a wider clause.',
  })
}

/** Never a row of zeros that looks like a state. */
function notSeen({ site }: Places, key: PlaceKey, seen: number, wanted: number): PlimsollError {
  const { layer } = placeOf(key)
  if (seen === 0 && wanted > 0) {
    return new PlimsollError('nothing-selected', 'No state is of the kind that the where-clause selects', {
      found: `none of ${wanted} tokens at ${site} of layer ${layer}`,
      expected: 'at least one state',
      fix: 'Name layers that have such states, or leave `is` out.',
    })
  }
  return new PlimsollError('internal', `Not every state of the site ${site} was computed`, {
    found: `${seen} rows at layer ${layer}`,
    expected: `${wanted} rows`,
    fix: 'Please report this with the name of the model.',
  })
}
