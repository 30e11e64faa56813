/** Reads hidden states of one prompt after the other. */
import type { Places } from '../sites.ts'
import type { Adapter } from '../types.ts'
import { CaptureVisitor } from './capture-visitor.ts'
import type { LoadedModel } from './model.ts'
import { pieceSize, prefill, scoredPiece } from './prefill.ts'
import { prepareSteered } from './prepare-steered.ts'
import { type CaptureRequest, Reading, type Reduce } from './reading.ts'
import { sharedPrefix } from './request.ts'
import { SteeringVisitor } from './steering-visitor.ts'

export type { CaptureRequest } from './reading.ts'

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
  reduce: Reduce,
  adapters: readonly Adapter[],
  onLayer: (captured: CapturedLayer) => void,
  onDone: (index: number, positions: readonly number[]) => void,
): void {
  const lastLayer = model.info.layers - 1
  const lengths = requests.map(request => request.rendered.tokens.length + request.continuation.length)
  const context = model.context({ sequences: 1, cells: Math.max(1, ...lengths), outputs: scoredPiece }, adapters)
  const steering = new SteeringVisitor()
  const visitor = new CaptureVisitor(places.keys, steering)
  context.visitor = visitor
  // What is in the cache, computed without steering: a template begins every prompt alike.
  let before: readonly number[] = []
  for (const [index, request] of requests.entries()) {
    const reading = new Reading(request, places, reduce)
    const { tokens, positions } = reading
    visitor.onRow((place, position, state) => reading.see(place, position, state))
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
    const outputs = places.layers.includes(lastLayer) && !onlyFinal ? 'all' : 'last'
    const piece = pieceSize(context, outputs)
    const steered = prepareSteered(context, steering, 0, request.rendered, request.steering, piece)
    for (const token of request.continuation) steered?.generated.push(token)
    prefill(context, 0, tokens, known, outputs)
    if (steered?.failure) throw steered.failure
    for (const layer of reading.layers()) onLayer({ index, ...layer })
    // Steering that overflows above what was read would spoil what is computed in these cells later.
    if (!plain && Number.isNaN(context.logits(outputs === 'all' ? (tokens.length - 1) % piece : 0)[0])) context.wipe()
    onDone(index, reading.read)
  }
}
