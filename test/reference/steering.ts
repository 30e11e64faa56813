/** Steering of one sequence in double precision: what each term does to each state, and what that comes to. */

import { EMBEDDING } from '../../src/engine/place.ts'
import { type PlainTerm, plainTerms } from '../../src/engine/plain-terms.ts'
import { selects, selectTokens } from '../../src/engine/select.ts'
import { placesOf } from '../../src/engine/sites.ts'
import type { TokenLayout } from '../../src/engine/token-layout.ts'
import type { GateDecision, ModelInfo, Steering, Trace } from '../../src/engine/types.ts'
import { parseWhere, type Site, sites } from '../../src/engine/where.ts'
import { PlimsollError } from '../../src/errors.ts'
import { checkDirections, edited } from './edits.ts'
import { factorOf, withinBudget } from './gates.ts'
import type { AtPlace } from './transformer.ts'

/** One term: says whether it edited the state. */
type Edit = (...at: Parameters<AtPlace>) => boolean

interface Tally {
  readonly site: Site
  readonly layer: number
  tokens: number
  change: number
}

export type Described = Pick<ModelInfo, 'sites' | 'layers'>

/** Edits every selected token of every selected place as it is computed, and counts. */
export class Steered {
  readonly #edits: readonly Edit[]
  readonly #tallies = new Map<string, Tally>()
  readonly gates: readonly GateDecision[]

  /**
   * @param gates how the conditions of the steering were decided; terms without a decision that opens are left out
   * @throws PlimsollError `vector-mismatch`, `invalid-input`, `nothing-selected`
   */
  constructor(steering: Steering, model: Described, layout: TokenLayout, gates: readonly GateDecision[] = []) {
    this.gates = gates
    this.#edits = plainTerms(steering).flatMap((term, i) => {
      const conditions = (term.gates ?? []).filter(({ kind }) => kind === 'condition').length
      const opened = gates.filter(gate => gate.term === i && gate.open).length
      const apply = edit(term, model, layout)
      return conditions === opened ? [apply] : []
    })
  }

  readonly atPlace: AtPlace = (site, layer, position, state) => {
    const before = state.slice()
    const acted = this.#edits.map(apply => apply(site, layer, position, state)).includes(true)
    if (!acted) return
    const key = `${site} ${layer}`
    const tally = this.#tallies.get(key) ?? { site, layer, tokens: 0, change: 0 }
    const moved = Math.hypot(...state.map((value, i) => value - before[i]!))
    tally.tokens++
    tally.change += moved === 0 ? 0 : moved / Math.hypot(...before)
    this.#tallies.set(key, tally)
  }

  get layers(): Trace['layers'] {
    return [...this.#tallies.values()]
      .sort((a, b) => sites.indexOf(a.site) - sites.indexOf(b.site) || a.layer - b.layer)
      .map(({ change, ...tally }) => ({ ...tally, relativeChange: change / tally.tokens }))
  }
}

function edit(term: PlainTerm, model: Described, layout: TokenLayout): Edit {
  const { vector, strength = 1, gates = [] } = term
  const where = parseWhere(term.where ?? vector.where)
  if (!Number.isFinite(strength)) {
    throw new PlimsollError('invalid-input', 'The strength is not a number.', { found: String(strength) })
  }
  const places = placesOf(where, model)
  checkDirections(vector, places.layers, places.width)
  const selection = selectTokens(where.tokens, layout)
  const lowest = Math.max(EMBEDDING, ...gates.map(gate => lastRead(gate, model) + 1))
  return (site, layer, position, state) => {
    if (site !== places.site || layer < lowest || !places.layers.includes(layer)) return false
    if (!selects(selection, position, null, Float32Array.from(state))) return false
    let acted = false
    for (const head of places.heads) {
      const from = head * places.width
      const row = [...state.slice(from, from + places.width)]
      const factor = factorOf(gates, layer, row)
      if (factor === 0) continue
      state.set(withinBudget(gates, row, edited(vector, strength * factor, layer, row)), from)
      acted = true
    }
    return acted
  }
}

/** What is decided on the way only reaches the layers above. */
function lastRead(gate: NonNullable<PlainTerm['gates']>[number], model: Described): number {
  if (gate.kind !== 'condition' || gate.pass !== 'later-layers') return EMBEDDING - 1
  return placesOf(parseWhere(gate.where), model).layers.at(-1) ?? EMBEDDING
}
