import type { SteeringVector } from '../../engine/types.ts'

/** What a method says of itself: the rows of `plimsoll methods`. */
export interface MethodDescription {
  readonly name: string
  readonly title: string
  /** How the vector w is made and how it acts. */
  readonly formula: string
  readonly citation: string
  readonly edit: SteeringVector['edit']
  /** What it has to be given. */
  readonly needs: string
  readonly defaults: Readonly<Record<string, unknown>>
  /** Where this implementation leaves the original open or departs from it. */
  readonly differsFromOriginal: string
}
