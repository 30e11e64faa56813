/** What is done to states while a batch is computed: steering, and reading. */
import { editRow } from '../edit.ts'
import { type ResolvedSteering, termsAt } from '../steering.ts'
import type { Trace } from '../types.ts'
import type { Row, StateVisitor } from './context.ts'

/** Counts what steering did, so that an edit that reached nothing is seen. */
export class TraceRecorder {
  readonly #layers = new Map<number, { tokens: number; change: number }>()

  record(layer: number, relativeChange: number): void {
    const seen = this.#layers.get(layer)
    if (seen === undefined) this.#layers.set(layer, { tokens: 1, change: relativeChange })
    else {
      seen.tokens++
      seen.change += relativeChange
    }
  }

  /** Adds what was recorded for a prefix whose states this request shares. */
  include(other: TraceRecorder): void {
    for (const [layer, { tokens, change }] of other.#layers) {
      const seen = this.#layers.get(layer)
      if (seen === undefined) this.#layers.set(layer, { tokens, change })
      else {
        seen.tokens += tokens
        seen.change += change
      }
    }
  }

  finish(promptTokens: number, generatedTokens: number): Trace {
    const layers = [...this.#layers]
      .sort(([a], [b]) => a - b)
      .map(([layer, { tokens, change }]) => ({ layer, tokens, relativeChange: change / tokens }))
    return { layers, promptTokens, generatedTokens }
  }
}

export interface Steered {
  readonly steering: ResolvedSteering
  readonly trace: TraceRecorder
}

/** Edits the rows of each sequence by the steering of the request that occupies it. */
export class SteeringVisitor implements StateVisitor {
  readonly #bySequence: (Steered | null)[] = []
  readonly #layers = new Map<number, number>()
  readonly #scratch: Float32Array
  readonly #width: number

  constructor(width: number) {
    this.#width = width
    this.#scratch = new Float32Array(width)
  }

  /** Says which request occupies a sequence from now on; null for none, or for one without steering. */
  occupy(sequence: number, steered: Steered | null): void {
    this.#count(this.#bySequence[sequence], -1)
    this.#bySequence[sequence] = steered
    this.#count(steered, 1)
  }

  wants(layer: number): boolean {
    return this.#layers.has(layer)
  }

  visit(layer: number, states: Float32Array, rows: readonly Row[]): boolean {
    let changed = false
    for (const [i, row] of rows.entries()) {
      const steered = this.#bySequence[row.sequence]
      const terms = steered?.steering.layers.get(layer)
      if (!steered || terms === undefined) continue
      const active = termsAt(terms, row.position)
      if (active.length === 0) continue
      steered.trace.record(layer, editRow(states, i * this.#width, active, this.#scratch))
      changed = true
    }
    return changed
  }

  #count(steered: Steered | null | undefined, by: 1 | -1): void {
    for (const layer of steered?.steering.layers.keys() ?? []) {
      const left = (this.#layers.get(layer) ?? 0) + by
      if (left === 0) this.#layers.delete(layer)
      else this.#layers.set(layer, left)
    }
  }
}

/** Copies the states of selected positions, after any edit. */
export class CaptureVisitor implements StateVisitor {
  readonly #layers: ReadonlySet<number>
  readonly #steering: SteeringVisitor
  readonly #width: number
  #onRow: (layer: number, position: number, state: Float32Array) => void = () => {}

  constructor(layers: readonly number[], steering: SteeringVisitor, width: number) {
    this.#layers = new Set(layers)
    this.#steering = steering
    this.#width = width
  }

  /** `state` is only valid during the call. */
  onRow(handler: (layer: number, position: number, state: Float32Array) => void): void {
    this.#onRow = handler
  }

  wants(layer: number): boolean {
    return this.#layers.has(layer) || this.#steering.wants(layer)
  }

  visit(layer: number, states: Float32Array, rows: readonly Row[]): boolean {
    const changed = this.#steering.wants(layer) && this.#steering.visit(layer, states, rows)
    if (this.#layers.has(layer)) {
      for (const [i, row] of rows.entries()) {
        this.#onRow(layer, row.position, states.subarray(i * this.#width, (i + 1) * this.#width))
      }
    }
    return changed
  }
}
