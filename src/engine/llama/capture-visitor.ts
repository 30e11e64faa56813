/** Reading while a batch is computed. */
import type { PlaceKey } from '../place.ts'
import type { Row, StateVisitor } from './state-callback.ts'
import type { SteeringVisitor } from './steering-visitor.ts'

/** Copies the states of selected positions, after any edit. */
export class CaptureVisitor implements StateVisitor {
  readonly #places: ReadonlySet<PlaceKey>
  readonly #steering: SteeringVisitor
  /** Leaves out the blocks above the last place that is read. */
  stops = true
  /** Not seen yet in this batch. */
  #left = new Set<PlaceKey>()
  #onRow: (place: PlaceKey, position: number, state: Float32Array) => void = () => {}

  constructor(places: readonly PlaceKey[], steering: SteeringVisitor) {
    this.#places = new Set(places)
    this.#steering = steering
  }

  /** `state` is only valid during the call. */
  onRow(handler: (place: PlaceKey, position: number, state: Float32Array) => void): void {
    this.#onRow = handler
  }

  begin(): void {
    this.#left = new Set(this.#places)
  }

  get done(): boolean {
    return this.stops && this.#left.size === 0
  }

  wants(place: PlaceKey): boolean {
    return this.#places.has(place) || this.#steering.wants(place)
  }

  visit(place: PlaceKey, states: Float32Array, width: number, rows: readonly Row[]): boolean {
    const changed = this.#steering.wants(place) && this.#steering.visit(place, states, width, rows)
    if (this.#places.has(place)) {
      this.#left.delete(place)
      for (const [i, row] of rows.entries()) {
        this.#onRow(place, row.position, states.subarray(i * width, (i + 1) * width))
      }
    }
    return changed
  }
}
