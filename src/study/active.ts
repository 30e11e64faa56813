/** Conditions ready to be run: what was fitted and chosen is filled in. */
import type { Role } from '../measure/types.ts'
import type { FittedVector } from '../steer/index.ts'
import type { PlannedCondition, RowsAsked } from './conditions.ts'
import type { Setting } from './work.ts'

export interface ActiveCondition {
  readonly name: string
  readonly role: Role
  /** Such as `diffmean, layer 5, strength 2`. */
  readonly description: string
  readonly layer: number | null
  readonly strength: number | null
  readonly setting: Setting
  /** Which rows of a suite it answers; null for all. */
  readonly rows: RowsAsked | null
  /** What a method fitted, or a file brought. */
  readonly vector: FittedVector | null
}

/** A vector at the layer and strength it is used with; null for a vector that acts at several layers. */
export interface Steered {
  readonly vector: FittedVector
  readonly layer: number | null
  readonly strength: number
}

/** Fills a condition in that needs no fit of its own. */
export function activate(
  planned: PlannedCondition,
  setting: Setting,
  rest: Partial<Omit<ActiveCondition, 'name' | 'role' | 'rows' | 'setting'>> & { readonly description: string },
): ActiveCondition {
  const { name, role, rows } = planned
  return { name, role, rows, setting, layer: null, strength: null, vector: null, ...rest }
}

/** `layer 5, strength 2`. */
export function place({ layer, strength }: Pick<Steered, 'layer' | 'strength'>): string {
  return `${layer === null ? 'its own layers' : `layer ${layer}`}, strength ${strength}`
}
