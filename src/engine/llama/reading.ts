/** What is wanted of one prompt's states, gathered row by row while they are computed, and reduced there. */
import { PlimsollError } from '../../errors.ts'
import { type PlaceKey, placeKey, placeOf } from '../place.ts'
import { partsAfter } from '../positions.ts'
import { selectedPositions, selects, type TokenSelection } from '../select.ts'
import type { Places } from '../sites.ts'
import type { ResolvedSteering } from '../steering.ts'
import type { Rendered } from '../types.ts'
import { beyondNumbers } from './beyond-numbers.ts'

export interface CaptureRequest {
  readonly rendered: Rendered
  readonly selection: TokenSelection
  readonly steering: ResolvedSteering | null
  /** Tokens that follow the prompt. */
  readonly continuation: readonly number[]
}

export type Reduce = 'none' | 'mean' | 'last'

export class Reading {
  readonly request: CaptureRequest
  readonly tokens: readonly number[]
  /** Those that may be wanted, ascending; which of them are, states may decide. */
  readonly positions: readonly number[]
  readonly #places: Places
  readonly #reduce: Reduce
  readonly #parts: ReturnType<typeof partsAfter>
  /** Position → row. */
  readonly #wanted: ReadonlyMap<number, number>
  readonly #seen = new Map<PlaceKey, number>()
  readonly #found = new Set<number>()
  readonly #states: ReadonlyMap<number, Float32Array>
  /** Sums over many tokens are kept in double precision. */
  readonly #sums: ReadonlyMap<number, Float64Array>

  /** @throws PlimsollError `nothing-selected` */
  constructor(request: CaptureRequest, places: Places, reduce: Reduce) {
    const { rendered, continuation, selection } = request
    this.request = request
    this.tokens = [...rendered.tokens, ...continuation]
    this.#parts = partsAfter(rendered, continuation)
    this.positions = selectedPositions(selection, this.tokens.length, this.#parts)
    if (this.positions.length === 0) throw noToken()
    this.#places = places
    this.#reduce = reduce
    const wanted = reduce === 'last' && !selection.readsStates ? this.positions.slice(-1) : this.positions
    this.#wanted = new Map(wanted.map((position, row) => [position, row]))
    const [rows, width] = [reduce === 'none' ? wanted.length : 1, places.width * places.heads.length]
    this.#states = new Map(places.layers.map(layer => [layer, new Float32Array(rows * width)]))
    this.#sums = new Map(places.layers.map(layer => [layer, new Float64Array(reduce === 'mean' ? width : 0)]))
  }

  /** Positions that were read, ascending. */
  get read(): readonly number[] {
    return this.request.selection.readsStates ? [...this.#found].sort((a, b) => a - b) : this.positions
  }

  see(place: PlaceKey, position: number, state: Float32Array): void {
    const { selection } = this.request
    const { layer } = placeOf(place)
    const row = this.#wanted.get(position)
    if (row === undefined) return
    if (selection.readsStates && !selects(selection, position, this.#parts, state)) return
    const before = this.#seen.get(place) ?? 0
    this.#seen.set(place, before + 1)
    if (selection.readsStates) this.#found.add(position)
    const { heads, width } = this.#places
    // Where states decide, rows follow each other as they are found.
    const start = this.#reduce === 'none' ? (selection.readsStates ? before : row) * width * heads.length : 0
    for (const [i, head] of heads.entries()) {
      const values = state.subarray(head * width, (head + 1) * width)
      if (this.#reduce === 'mean') addTo(this.#sums.get(layer)!, values, i * width)
      else this.#states.get(layer)!.set(values, start + i * width)
    }
  }

  /** Rows × width of each layer. @throws PlimsollError for states that were not seen, and such as are no numbers */
  *layers(): Generator<{ readonly layer: number; readonly states: Float32Array }> {
    const { selection, steering } = this.request
    const { site, keys, layers, heads, width } = this.#places
    for (const key of keys) {
      const rows = this.#seen.get(key) ?? 0
      if (selection.readsStates ? rows === 0 : rows !== this.#wanted.size)
        throw notSeen(site, key, rows, this.#wanted.size)
    }
    for (const layer of layers) {
      const values = this.#states.get(layer)!
      if (this.#reduce === 'mean') {
        const sum = this.#sums.get(layer)!
        const rows = this.#seen.get(placeKey(site, layer)) ?? 0
        for (let i = 0; i < values.length; i++) values[i] = sum[i]! / rows
      }
      // An edit checks what it writes; what the model makes of that overflows later.
      if (steering !== null && !values.every(Number.isFinite))
        throw beyondNumbers(`states that are no numbers at ${site} of layer ${layer}`, 'finite values')
      const isCut = this.#reduce === 'none' && selection.readsStates
      yield { layer, states: isCut ? values.slice(0, this.#found.size * width * heads.length) : values }
    }
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
function notSeen(site: Places['site'], key: PlaceKey, seen: number, wanted: number): PlimsollError {
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
