/** Recognises places among the tensors of a batch, in the order in which they are computed. */
import { isComputedFrom } from '../../native/tensor.ts'
import type { PlaceKey } from '../place.ts'
import type { Projection, SiteMap } from './sites.ts'

/** A tensor whose reader comes next on the way to an output without a name. */
interface Followed {
  readonly tensor: bigint
  readonly place: PlaceKey
  readonly stepsLeft: number
}

export class PlaceFinder {
  readonly #byName: ReadonlyMap<string, PlaceKey>
  readonly #projections: ReadonlyMap<string, Projection>
  #followed: readonly Followed[] = []

  constructor(map: SiteMap) {
    this.#byName = map.byName
    this.#projections = new Map(map.projections.map(projection => [projection.from, projection]))
  }

  /** The place that a tensor is; null for none. To be asked for every tensor of a batch, once. */
  placeOf(tensor: bigint, name: string): PlaceKey | null {
    const read = this.#followed.find(followed => isComputedFrom(tensor, followed.tensor))
    if (read !== undefined) {
      const { place, stepsLeft } = read
      const others = this.#followed.filter(followed => followed !== read)
      this.#followed = stepsLeft > 0 ? [...others, { tensor, place, stepsLeft: stepsLeft - 1 }] : others
      if (stepsLeft === 0) return place
    }
    const projection = this.#projections.get(name)
    if (projection !== undefined) {
      const { place, steps } = projection
      this.#followed = [...this.#followed, { tensor, place, stepsLeft: steps }]
    }
    return this.#byName.get(name) ?? null
  }

  /** A batch begins: nothing of the last one is followed. */
  reset(): void {
    this.#followed = []
  }
}
