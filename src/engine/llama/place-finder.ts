/** Recognises places among the tensors of a batch, in the order in which they are computed. */
import { isComputedFrom } from '../../native/tensor.ts'
import type { PlaceKey } from '../place.ts'
import type { Projection, SiteMap } from './sites.ts'

export class PlaceFinder {
  readonly #byName: ReadonlyMap<string, PlaceKey>
  readonly #projections: ReadonlyMap<string, Projection>
  /** The tensor whose reader comes next on the way to an output. */
  #followed: bigint | null = null
  #place: PlaceKey = 0
  #stepsLeft = 0

  constructor(map: SiteMap) {
    this.#byName = map.byName
    this.#projections = new Map(map.projections.map(projection => [projection.from, projection]))
  }

  /**
   * The place that a tensor is; null for none. To be asked for every tensor of a batch, once.
   * @param wants whether a place is wanted: only then is an output without a name followed
   */
  placeOf(tensor: bigint, name: string, wants: (place: PlaceKey) => boolean): PlaceKey | null {
    if (this.#followed !== null && isComputedFrom(tensor, this.#followed)) {
      this.#followed = this.#stepsLeft-- > 0 ? tensor : null
      if (this.#followed === null) return this.#place
    }
    const projection = this.#projections.get(name)
    if (projection !== undefined && wants(projection.place)) {
      this.#followed = tensor
      this.#place = projection.place
      this.#stepsLeft = projection.steps
    }
    return this.#byName.get(name) ?? null
  }

  /** A batch begins: nothing of the last one is followed. */
  reset(): void {
    this.#followed = null
  }
}
