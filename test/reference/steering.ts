/**
 * Edits in double precision, written from their formulas and apart from the engine's own, so that the two can be held
 * against each other.
 */

import { selectLayers, selects, selectTokens, type TokenLayout } from '../../src/engine/select.ts'
import type { Direction, DirectionVector, Steering, SteeringTerm, Trace } from '../../src/engine/types.ts'
import { parseWhere } from '../../src/engine/where.ts'
import { PlimsollError } from '../../src/errors.ts'
import type { AtLayer } from './transformer.ts'
import type { Weights } from './weights.ts'

/** One term: says whether it edited the state. */
type Edit = (...at: Parameters<AtLayer>) => boolean

interface Tally {
  tokens: number
  change: number
}

/** Steering of one sequence: edits every selected token of every selected layer as it is computed, and counts. */
export class Steered {
  readonly #edits: readonly Edit[]
  readonly #tallies = new Map<number, Tally>()

  /** @throws PlimsollError `vector-mismatch`, `invalid-input`, `nothing-selected` */
  constructor(steering: Steering, weights: Weights, layout: TokenLayout) {
    this.#edits = steering.map(term => edit(term, weights, layout))
  }

  readonly atLayer: AtLayer = (layer, position, state) => {
    const before = state.slice()
    const edited = this.#edits.map(apply => apply(layer, position, state)).includes(true)
    if (!edited) return
    const tally = this.#tallies.get(layer) ?? { tokens: 0, change: 0 }
    const moved = Math.hypot(...state.map((value, i) => value - before[i]!))
    tally.tokens++
    tally.change += moved === 0 ? 0 : moved / Math.hypot(...before)
    this.#tallies.set(layer, tally)
  }

  get layers(): Trace['layers'] {
    return [...this.#tallies]
      .sort(([a], [b]) => a - b)
      .map(([layer, { tokens, change }]) => ({
        site: layer < 0 ? 'embedding' : 'residual',
        layer,
        tokens,
        relativeChange: change / tokens,
      }))
  }
}

function edit(term: SteeringTerm, weights: Weights, layout: TokenLayout): Edit {
  const { vector, strength = 1 } = term
  const where = parseWhere(term.where ?? vector.where)
  if (!Number.isFinite(strength)) {
    throw new PlimsollError('invalid-input', 'The strength is not a number.', { found: String(strength) })
  }
  if (vector.edit !== 'add' && vector.edit !== 'ablate') throw new Error(`not built yet: ${vector.edit}`)
  const { directions } = vector
  const selection = selectTokens(where.tokens, layout)
  const selected = new Map(
    selectLayers(where, weights.blocks.length).map(layer => {
      const direction = isDirection(directions) ? directions : directions[layer]
      return [layer, checked(direction, layer, weights.width)]
    }),
  )
  return (layer, position, state) => {
    const direction = selected.get(layer)
    if (direction === undefined || !selects(selection, position)) return false
    const { unit, scale } = direction
    const along = state.reduce((sum, value, i) => sum + value * unit[i]!, 0)
    const amount = vector.edit === 'add' ? strength * scale : -strength * along
    for (let i = 0; i < state.length; i++) state[i]! += amount * unit[i]!
    return true
  }
}

function isDirection(directions: DirectionVector['directions']): directions is Direction {
  return 'unit' in directions
}

function checked(direction: Direction | undefined, layer: number, width: number): Direction {
  if (direction === undefined || direction.unit.length !== width) {
    throw new PlimsollError('vector-mismatch', 'The vector does not fit the model.', {
      found: direction === undefined ? `no direction for layer ${layer}` : `width ${direction.unit.length}`,
      expected: `a direction of width ${width} for every selected layer`,
    })
  }
  if (!Number.isFinite(direction.scale) || !direction.unit.every(Number.isFinite)) {
    throw new PlimsollError('invalid-input', 'The vector holds values that are not numbers.', {
      found: `layer ${layer}`,
    })
  }
  return direction
}
