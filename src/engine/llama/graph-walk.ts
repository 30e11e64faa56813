/**
 * Which node of a batch's graph is which place, learned from names once and then known by the order of the nodes.
 *
 * The callback is asked about a thousand nodes for every token, most of which nobody wants; reading each one's name takes
 * longer than computing some of them. llama.cpp lays the tensors of a graph one behind the other, in the order in which
 * they are built, and always from the same address on. So as long as every node so far lies where it lay in the batch
 * that was learned, the graph is built alike up to here, and this node is what it was then. From the first node that
 * lies elsewhere, names are read again.
 */
import type { Pointer } from '../../native/llama.ts'
import type { PlaceKey } from '../place.ts'
import type { PlaceFinder } from './place-finder.ts'

export class GraphWalk {
  readonly #finder: PlaceFinder
  readonly #nameOf: (tensor: Pointer) => string
  /** By the order of the nodes. */
  readonly #addresses: number[] = []
  readonly #names: string[] = []
  readonly #places: (PlaceKey | null)[] = []
  #at = 0
  #isKnown = false

  constructor(finder: PlaceFinder, nameOf: (tensor: Pointer) => string) {
    this.#finder = finder
    this.#nameOf = nameOf
  }

  /** A batch begins. */
  begin(): void {
    this.#at = 0
    this.#isKnown = true
  }

  /** The place that a node is; null for none. To be asked for every node of a batch in order, once. */
  placeOf(address: number): PlaceKey | null {
    const at = this.#at++
    if (this.#isKnown && this.#addresses[at] === address) return this.#places[at] ?? null
    if (this.#isKnown) this.#learnFrom(at)
    const tensor = BigInt(address)
    const name = this.#nameOf(tensor)
    const place = this.#finder.placeOf(tensor, name)
    this.#addresses.push(address)
    this.#names.push(name)
    this.#places.push(place)
    return place
  }

  /** Whether the node that was just asked about has the name it was learned with: the proof of what addresses suggest. */
  isAsLearned(address: number): boolean {
    return !this.#isKnown || this.#names[this.#at - 1] === this.#nameOf(BigInt(address))
  }

  /** Puts the finder where it would be had it seen this batch so far. */
  #learnFrom(at: number): void {
    this.#isKnown = false
    for (const learned of [this.#addresses, this.#names, this.#places]) learned.length = at
    this.#finder.reset()
    for (const [i, address] of this.#addresses.entries()) this.#finder.placeOf(BigInt(address), this.#names[i] ?? '')
  }
}
