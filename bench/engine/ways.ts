/** The ways of computing a batch that are compared. */
import { CaptureVisitor } from '../../src/engine/llama/capture-visitor.ts'
import { maxBatch } from '../../src/engine/llama/context.ts'
import type { StateVisitor } from '../../src/engine/llama/state-callback.ts'
import { newSteered } from '../../src/engine/llama/steered.ts'
import { SteeringVisitor } from '../../src/engine/llama/steering-visitor.ts'
import { placeKey } from '../../src/engine/place.ts'
import { layoutOf } from '../../src/engine/positions.ts'
import { resolveSteering } from '../../src/engine/steering.ts'
import type { Direction, ModelInfo, Rendered, Steering } from '../../src/engine/types.ts'
import { createRandom } from '../../src/random.ts'

/**
 * `none`: llama.cpp without a callback. `declined`: with the engine's callback, which wants nothing: a request without
 * steering. `oneLayer`, `everyLayer`: a vector added to the residual state of every token there. `captured`: every
 * layer's residual states copied out.
 */
export const ways = ['none', 'declined', 'oneLayer', 'everyLayer', 'captured'] as const
export type Way = (typeof ways)[number]

/** The ways with a callback, each compared with the one without. */
export type Watched = Exclude<Way, 'none'>

export function eachWatched<T>(of: (way: Watched) => T): Record<Watched, T> {
  return {
    declined: of('declined'),
    oneLayer: of('oneLayer'),
    everyLayer: of('everyLayer'),
    captured: of('captured'),
  }
}

export function eachWay<T>(of: (way: Way) => T): Record<Way, T> {
  return { none: of('none'), ...eachWatched(of) }
}

/** What reads or edits the states of `sequences` prompts alike; a new one for every measurement, as for every request. */
export function visitorFor(way: Way, model: ModelInfo, prompt: Rendered, sequences: number): StateVisitor | null {
  if (way === 'none' || way === 'declined') return null
  const visitor = new SteeringVisitor()
  if (way === 'captured') return capturing(model, visitor)
  const steering = addition(model, way === 'oneLayer' ? [Math.floor(model.layers / 2)] : layersOf(model))
  const resolved = resolveSteering(steering, model, layoutOf(prompt, true))
  for (let sequence = 0; resolved !== null && sequence < sequences; sequence++) {
    visitor.occupy(sequence, newSteered(resolved, prompt))
  }
  return visitor
}

function addition(model: ModelInfo, layers: readonly number[]): Steering {
  return [{ vector: { edit: 'add', where: { layers, site: 'residual' }, directions: direction(model.width) } }]
}

/** Any direction will do: what is computed is the same. */
function direction(width: number): Direction {
  const random = createRandom(1, 'benchmark')
  const values = Float32Array.from({ length: width }, () => random.next() - 0.5)
  const length = Math.hypot(...values)
  return { unit: values.map(value => value / length), scale: 1 }
}

function capturing(model: ModelInfo, steering: SteeringVisitor): StateVisitor {
  const visitor = new CaptureVisitor(
    layersOf(model).map(layer => placeKey('residual', layer)),
    steering,
  )
  // Logits are part of what is timed.
  visitor.stops = false
  // As many rows as the longest batch: what a capture keeps of one layer.
  const kept = new Float32Array(maxBatch * model.width)
  let row = 0
  visitor.onRow((_place, _position, state) => {
    kept.set(state, row * model.width)
    row = (row + 1) % maxBatch
  })
  return visitor
}

function layersOf({ layers }: ModelInfo): number[] {
  return Array.from({ length: layers }, (_, layer) => layer)
}
