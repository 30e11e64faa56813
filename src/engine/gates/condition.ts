/** Conditions on a prompt's states: read while the prompt is computed, decided once. [CAST, arXiv 2409.05907] */
import { PlimsollError } from '../../errors.ts'
import { atLayer, checkDirection } from '../edits/edit.ts'
import type { PlaceKey } from '../place.ts'
import { selectedPositions, selects, selectTokens, type TokenSelection } from '../select.ts'
import { placesOf } from '../sites.ts'
import type { ConditionGate } from '../steering-types.ts'
import type { TokenLayout } from '../token-layout.ts'
import type { ModelInfo } from '../types.ts'
import { parseWhere } from '../where.ts'
import { isOpen, measure } from './measure.ts'
import { checkThreshold } from './row-gates.ts'

/** A condition on one request. */
export interface Condition {
  /** Index of its term in the steering. */
  readonly term: number
  readonly gate: ConditionGate
  readonly pass: 'twice' | 'later-layers'
  /** What is measured at each place that is read. */
  readonly units: ReadonlyMap<PlaceKey, Float32Array>
  readonly lastLayer: number
  readonly width: number
  /** Where in a token's row the measured values start. */
  readonly offset: number
  readonly selection: TokenSelection
  /** How many tokens it selects; unknown before they are computed where states decide. */
  readonly tokens: number | null
}

/** @throws PlimsollError */
export function resolveCondition(
  gate: ConditionGate,
  term: number,
  model: Pick<ModelInfo, 'sites' | 'layers'>,
  layout: TokenLayout,
): Condition {
  const where = parseWhere(gate.where)
  checkThreshold(gate.threshold)
  const places = placesOf(where, model)
  const [head = 0, ...others] = places.heads
  if (others.length > 0) {
    throw new PlimsollError('invalid-input', 'A condition reads one head', {
      found: `${places.heads.length} heads`,
      expected: 'a where-clause that names one of them',
      fix: 'Give `heads` with one number.',
    })
  }
  const units = new Map(
    places.keys.map((key, i) => {
      const layer = places.layers[i] ?? 0
      const direction = atLayer(gate.directions, 'unit', layer)
      checkDirection(direction, places.width, layer)
      return [key, direction.unit]
    }),
  )
  // What is generated comes after the decision.
  const selection = selectTokens(where.tokens, { ...layout, generates: false })
  return {
    term,
    gate,
    pass: gate.pass ?? 'twice',
    units,
    lastLayer: places.layers.at(-1) ?? 0,
    width: places.width,
    offset: head * places.width,
    selection,
    tokens: selection.readsStates ? null : selectedPositions(selection, layout.promptTokens).length,
  }
}

/** Adds up what a condition reads. */
export class ConditionReading {
  readonly condition: Condition
  readonly #sums = new Map<PlaceKey, { readonly values: Float64Array; tokens: number }>()

  constructor(condition: Condition) {
    this.condition = condition
    for (const key of condition.units.keys()) {
      this.#sums.set(key, { values: new Float64Array(condition.width), tokens: 0 })
    }
  }

  /** Takes a token's row, if it is one that is meant. */
  read(place: PlaceKey, position: number, states: Float32Array, start: number, rowWidth: number): void {
    const sum = this.#sums.get(place)
    const { selection, offset, width } = this.condition
    if (sum === undefined) return
    const row = selection.readsStates ? states.subarray(start, start + rowWidth) : null
    if (!selects(selection, position, null, row)) return
    for (let i = 0; i < width; i++) sum.values[i] = sum.values[i]! + states[start + offset + i]!
    sum.tokens++
  }

  /** Whether every token at every place was read. */
  get complete(): boolean {
    return [...this.#sums.values()].every(({ tokens }) => tokens === this.condition.tokens)
  }

  /**
   * The measure of the mean state, averaged over the layers read.
   * @throws PlimsollError `nothing-selected` where no token was
   */
  decide(): { readonly value: number; readonly open: boolean } {
    const { gate, units } = this.condition
    let total = 0
    for (const [key, unit] of units) {
      const { values, tokens } = this.#sums.get(key) ?? { values: new Float64Array(), tokens: 0 }
      if (tokens === 0) {
        throw new PlimsollError('nothing-selected', 'A condition selects no token of this request', {
          found: JSON.stringify(gate.where),
          expected: 'at least one token of the prompt',
          fix: "Widen the condition's where-clause.",
        })
      }
      const mean = Float32Array.from(values, value => value / tokens)
      total += measure(gate.measure, mean, 0, unit)
    }
    const value = total / units.size
    return { value, open: isOpen(value, gate) }
  }
}
