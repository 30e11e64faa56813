/** Conditions on the prompt: which terms of a request they let through. */
import { type Condition, ConditionReading } from '../gates/condition.ts'
import { type PlaceKey, placeOf } from '../place.ts'
import type { ResolvedSteering } from '../steering.ts'
import type { GateDecision } from '../types.ts'

/**
 * The conditions of one request. Until one is decided, its term is not applied. `read` is called for every row at the
 * places read, `decideAfter` when a place of a batch is done.
 */
export class Conditions {
  readonly places: readonly PlaceKey[]
  readonly #conditions: readonly Condition[]
  readonly #readings: readonly ConditionReading[]
  readonly #decisions: (GateDecision | null)[]
  readonly #whileReading: boolean
  /** Terms that wait for a condition, or are shut by one. */
  readonly #shut = new Set<number>()

  /** @param decided `while-reading`: as soon as all that a condition reads was seen */
  constructor(steering: ResolvedSteering, decided: 'while-reading' | 'afterwards') {
    this.#whileReading = decided === 'while-reading'
    this.#conditions = steering.conditions
    this.#readings = steering.conditions.map(condition => new ConditionReading(condition))
    this.#decisions = steering.conditions.map(() => null)
    this.places = [...new Set(steering.conditions.flatMap(({ units }) => [...units.keys()]))]
    for (const { term } of steering.conditions) this.#shut.add(term)
  }

  /** In the order of terms. */
  get decisions(): readonly GateDecision[] {
    return this.#decisions.filter(decision => decision !== null)
  }

  isOpen(term: number): boolean {
    return !this.#shut.has(term)
  }

  read(place: PlaceKey, position: number, states: Float32Array, start: number, rowWidth: number): void {
    for (const [i, reading] of this.#readings.entries()) {
      if (this.#decisions[i] === null) reading.read(place, position, states, start, rowWidth)
    }
  }

  /** Decides what can be decided while the prompt is read: the layers above follow it in the same pass. */
  decideAfter(place: PlaceKey): void {
    if (!this.#whileReading) return
    for (const [i, reading] of this.#readings.entries()) {
      if (this.#decisions[i] !== null || placeOf(place).layer < reading.condition.lastLayer) continue
      if (reading.complete) this.#decide(i)
    }
  }

  /** Decides what is left, when the whole prompt was read. @throws PlimsollError `nothing-selected` */
  decideAll(): void {
    for (const i of this.#readings.keys()) if (this.#decisions[i] === null) this.#decide(i)
  }

  #decide(i: number): void {
    const reading = this.#readings[i]
    if (reading === undefined) return
    const { term } = reading.condition
    this.#decisions[i] = { term, ...reading.decide() }
    const all = this.#decisions.filter((_, at) => this.#conditions[at]?.term === term)
    if (all.every(decision => decision?.open)) this.#shut.delete(term)
  }
}
