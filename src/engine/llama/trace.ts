import { type PlaceKey, placeOf } from '../place.ts'
import type { GateDecision, Trace } from '../types.ts'

/** Counts what steering did, so that an edit that reached nothing is seen. */
export class TraceRecorder {
  readonly #places = new Map<PlaceKey, { tokens: number; change: number }>()
  readonly #gates: { readonly decisions: readonly GateDecision[] } | null

  constructor(gates: { readonly decisions: readonly GateDecision[] } | null = null) {
    this.#gates = gates
  }

  record(place: PlaceKey, relativeChange: number): void {
    const seen = this.#places.get(place)
    if (seen === undefined) this.#places.set(place, { tokens: 1, change: relativeChange })
    else {
      seen.tokens++
      seen.change += relativeChange
    }
  }

  /** Adds what was recorded for a prefix whose states this request shares. */
  include(other: TraceRecorder): void {
    for (const [place, { tokens, change }] of other.#places) {
      const seen = this.#places.get(place)
      if (seen === undefined) this.#places.set(place, { tokens, change })
      else {
        seen.tokens += tokens
        seen.change += change
      }
    }
  }

  finish(promptTokens: number, generatedTokens: number): Trace {
    const layers = [...this.#places]
      .sort(([a], [b]) => a - b)
      .map(([place, { tokens, change }]) => ({ ...placeOf(place), tokens, relativeChange: change / tokens }))
    const gates = this.#gates === null ? {} : { gates: this.#gates.decisions }
    return { layers, ...gates, promptTokens, generatedTokens }
  }
}
