/**
 * The callback through which the states of a batch are read and edited while llama.cpp computes it: it is asked about
 * every node of the graph before the node is computed, and shown those it wanted afterwards.
 *
 * Nothing may escape it: an exception there would give the previous request's logits with a return code of success. It is
 * caught, kept as `failure`, and thrown by the context when the native call has returned.
 */
import koffi from 'koffi'
import { PlimsollError } from '../../errors.ts'
import type { Llama, Pointer } from '../../native/llama.ts'
import { EvalCallback } from '../../native/structs.ts'
import { nameOfPlace, type PlaceKey, placeOf } from '../place.ts'
import { GraphWalk } from './graph-walk.ts'
import { PlaceFinder } from './place-finder.ts'
import type { SiteMap } from './sites.ts'

/** Reads and edits states while a batch is computed. Rows are in the order of the batch. */
export interface StateVisitor {
  /** Whether this place is wanted in the current batch. */
  wants(place: PlaceKey): boolean
  /** `states`: rows × width. Returns true when it was changed and has to be written back. */
  visit(place: PlaceKey, states: Float32Array, width: number, rows: readonly Row[]): boolean
  /** A batch begins. */
  begin?(): void
  /** Whether all that is wanted of this batch was seen and nobody reads its logits: its other blocks are left out. */
  readonly done?: boolean
}

export interface Row {
  readonly sequence: number
  readonly position: number
}

export interface StateCallbackSettings {
  /** How places are recognised as the context computes now. */
  readonly sites: () => SiteMap
  readonly width: number
  /** Rows that room is made for at once. */
  readonly maxRows: number
  readonly cancelled: () => boolean
  /** Whether a batch can end before its last block without harm to what is computed later. */
  readonly stopsEarly: boolean
  /** Told of every tensor before it is computed; for the probe. */
  readonly onTensor: ((tensor: Pointer, name: string) => void) | undefined
}

export class StateCallback implements Disposable {
  /** For llama.cpp. */
  readonly pointer: bigint
  visitor: StateVisitor | null = null
  /** What was thrown while the batch was computed. */
  failure: unknown = null
  /** The batch was left unfinished, since nobody wanted more of it. */
  stopped = false
  readonly #llama: Llama
  readonly #settings: StateCallbackSettings
  #rows: readonly Row[] = []
  #outputRows: readonly Row[] = []
  #states = new Float32Array(0)
  /** Made when it is first needed after the graph has changed. */
  #walk: GraphWalk | null = null
  #widths: SiteMap['widths'] = new Map()
  /** What was asked for last, and is computed next. */
  #asked: PlaceKey = 0

  constructor(llama: Llama, settings: StateCallbackSettings) {
    this.#llama = llama
    this.#settings = settings
    this.pointer = koffi.register(
      (tensor: number, ask: boolean) => (ask ? this.#ask(tensor) : this.#data(tensor)),
      koffi.pointer(EvalCallback),
    )
  }

  /** A batch begins. @param outputRows those whose logits are wanted: the last layer computes no others */
  begin(rows: readonly Row[], outputRows: readonly Row[]): void {
    this.#rows = rows
    this.#outputRows = outputRows
    this.failure = null
    this.stopped = false
    if (this.visitor === null) return
    this.visitor.begin?.()
    this.#walk ??= this.#newWalk()
    this.#walk.begin()
  }

  /** Places are recognised otherwise from now on. */
  forgetGraph(): void {
    this.#walk = null
  }

  [Symbol.dispose](): void {
    koffi.unregister(this.pointer)
  }

  #newWalk(): GraphWalk {
    const sites = this.#settings.sites()
    this.#widths = sites.widths
    return new GraphWalk(new PlaceFinder(sites), this.#llama.tensorName)
  }

  #ask(tensor: number): boolean {
    const { visitor } = this
    const { onTensor } = this.#settings
    // Asked about every node of every batch: nothing may be done here that nobody needs.
    if (visitor === null && onTensor === undefined) return false
    try {
      onTensor?.(BigInt(tensor), this.#llama.tensorName(BigInt(tensor)))
      const place = this.#walk?.placeOf(tensor) ?? null
      if (place === null || visitor === null || !visitor.wants(place)) return false
      if (this.#walk?.isAsLearned(tensor) === false) throw otherGraph(place)
      this.#asked = place
      return true
    } catch (error) {
      this.failure = error
      return false
    }
  }

  #data(tensor: number): boolean {
    // Whoever stops here gets no logits: there would be those of the batch before.
    if (this.#settings.cancelled()) return false
    try {
      if (this.visitor !== null) this.#visit(BigInt(tensor), this.#asked, this.visitor)
    } catch (error) {
      this.failure = error
    }
    this.stopped = this.#settings.stopsEarly && this.visitor?.done === true
    return !this.stopped
  }

  #visit(tensor: Pointer, place: PlaceKey, visitor: StateVisitor): void {
    const { maxRows } = this.#settings
    const width = this.#widths.get(placeOf(place).site) ?? this.#settings.width
    const elements = this.#llama.tensorElements(tensor)
    if (elements === 0) return
    const rows = elements / width
    const meant = rows === this.#rows.length ? this.#rows : this.#outputRows
    if (meant.length !== rows) {
      throw new PlimsollError('internal', 'A tensor has another number of rows than the batch', {
        found: `${rows} at ${nameOfPlace(place)}`,
        expected: `${this.#rows.length} or ${this.#outputRows.length}`,
      })
    }
    if (this.#states.length < elements) this.#states = new Float32Array(Math.max(maxRows * width, elements))
    this.#llama.readTensor(tensor, this.#states, 0, elements * 4)
    if (!visitor.visit(place, this.#states, width, meant)) return
    this.#llama.writeTensor(tensor, this.#states, 0, elements * 4)
  }
}

function otherGraph(place: PlaceKey): PlimsollError {
  return new PlimsollError('internal', 'A graph is not built as the one before it, and lies where that one lay', {
    found: `another tensor at ${nameOfPlace(place)}`,
    fix: 'Please report this with the model you used.',
  })
}
