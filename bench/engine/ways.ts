/** The ways of computing a batch that are compared. */
import { CaptureVisitor } from '../../src/engine/llama/capture-visitor.ts'
import type { StateVisitor } from '../../src/engine/llama/context.ts'
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

/** Speed in each way as a part of the speed without a callback. */
export type Ratios = Readonly<Record<Exclude<Way, 'none'>, number>>

export function eachWay<T>(of: (way: Way) => T): Record<Way, T> {
  return {
    none: of('none'),
    declined: of('declined'),
    oneLayer: of('oneLayer'),
    everyLayer: of('everyLayer'),
    captured: of('captured'),
  }
}

/** Of a residual state's length, about as much as a vector of a study moves it. */
const strength = 1

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
  return [
    { vector: { edit: 'add', where: { layers, site: 'residual' }, directions: direction(model.width) }, strength },
  ]
}

const directions = new Map<number, Direction>()

/** Any direction will do: what is computed is the same. */
export function direction(width: number): Direction {
  const known = directions.get(width)
  if (known !== undefined) return known
  const random = createRandom(1, 'benchmark')
  const values = Float32Array.from({ length: width }, () => random.next() - 0.5)
  const length = Math.hypot(...values)
  const made = { unit: values.map(value => value / length), scale: 1 }
  directions.set(width, made)
  return made
}

function capturing(model: ModelInfo, steering: SteeringVisitor): StateVisitor {
  const visitor = new CaptureVisitor(
    layersOf(model).map(layer => placeKey('residual', layer)),
    steering,
  )
  // As many rows as the longest batch: what a capture keeps of one layer.
  const kept = new Float32Array(512 * model.width)
  let row = 0
  visitor.onRow((_place, _position, state) => {
    kept.set(state, row * model.width)
    row = (row + 1) % 512
  })
  return visitor
}

function layersOf({ layers }: ModelInfo): number[] {
  return Array.from({ length: layers }, (_, layer) => layer)
}
