/** Conditions on a prompt: read while nothing that depends on one is applied, then decided. [arXiv 2409.05907] */
import { plainTerms } from '../../src/engine/plain-terms.ts'
import { selectedPositions, selectTokens } from '../../src/engine/select.ts'
import { placesOf } from '../../src/engine/sites.ts'
import type { TokenLayout } from '../../src/engine/token-layout.ts'
import type { ConditionGate, GateDecision, Steering } from '../../src/engine/types.ts'
import { parseWhere } from '../../src/engine/where.ts'
import { of } from './edits.ts'
import { measured, opens } from './gates.ts'
import { type Described, Steered } from './steering.ts'
import { forward } from './transformer.ts'
import type { Weights } from './weights.ts'

export function decide(
  steering: Steering,
  weights: Weights,
  model: Described,
  tokens: readonly number[],
  layout: TokenLayout,
): GateDecision[] {
  const conditions = plainTerms(steering).flatMap(({ gates = [] }, term) =>
    gates.flatMap(gate => (gate.kind === 'condition' ? [{ term, gate }] : [])),
  )
  if (conditions.length === 0) return []
  const unconditional = new Steered(steering, model, layout)
  const states = new Map<string, Float64Array>()
  forward(weights, tokens, {
    atPlace: (site, layer, position, state) => {
      unconditional.atPlace(site, layer, position, state)
      states.set(`${site} ${layer} ${position}`, state.slice())
    },
  })
  return conditions.map(({ term, gate }) => {
    const value = conditionValue(gate, model, layout, key => states.get(key)!)
    return { term, value, open: opens(value, gate) }
  })
}

/** The measure of the mean state over the selected tokens, averaged over layers. */
function conditionValue(
  gate: ConditionGate,
  model: Described,
  layout: TokenLayout,
  stateAt: (key: string) => Float64Array,
): number {
  const where = parseWhere(gate.where)
  const { site, layers, width, heads } = placesOf(where, model)
  const positions = selectedPositions(selectTokens(where.tokens, { ...layout, generates: false }), layout.promptTokens)
  const values = layers.map(layer => {
    const from = heads[0]! * width
    const rows = positions.map(position => stateAt(`${site} ${layer} ${position}`).slice(from, from + width))
    const mean = Array.from({ length: width }, (_, i) => rows.reduce((sum, row) => sum + row[i]!, 0) / rows.length)
    return measured(gate.measure, mean, of(gate.directions, layer).unit)
  })
  return values.reduce((a, b) => a + b, 0) / values.length
}
