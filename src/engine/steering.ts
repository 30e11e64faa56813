/** Steering as a user states it, checked against a model and resolved into what to do to each layer's rows. */
import { PlimsollError } from '../errors.ts'
import type { RowTerm } from './edit.ts'
import type { GeneratedParts } from './generated-parts.ts'
import type { PlaceKey } from './place.ts'
import { selects, selectTokens, type TokenLayout, type TokenSelection } from './select.ts'
import { placesOf } from './sites.ts'
import type { Direction, DirectionVector, ModelInfo, Steering } from './types.ts'
import { parseWhere } from './where.ts'

interface LayerTerm extends RowTerm {
  readonly selection: TokenSelection
}

/** Steering of one request: for each place the terms in their order. */
export interface ResolvedSteering {
  readonly places: ReadonlyMap<PlaceKey, readonly LayerTerm[]>
  /** Equal for steerings that do the same to the same positions. */
  readonly fingerprint: string
}

/** Numbers per direction object, so that a thousand requests with one vector are checked and named once. */
const identities = new WeakMap<Float32Array, number>()
let nextIdentity = 1

/**
 * @throws PlimsollError `vector-mismatch` for another width or a direction that is missing, `invalid-input` for values
 * that are not finite, `nothing-selected` for a clause that selects nothing
 */
export function resolveSteering(
  steering: Steering,
  model: Pick<ModelInfo, 'sites' | 'layers' | 'width'>,
  layout: TokenLayout,
): ResolvedSteering | null {
  if (steering.length === 0) return null
  const places = new Map<PlaceKey, LayerTerm[]>()
  const names: string[] = []
  for (const { vector, strength = 1, where: written = vector.where } of steering) {
    const where = parseWhere(written)
    if (vector.edit !== 'add' && vector.edit !== 'ablate') throw new Error(`not built yet: ${vector.edit}`)
    if (!Number.isFinite(strength)) {
      throw new PlimsollError('invalid-input', 'A steering strength is not a number', {
        found: String(strength),
        expected: 'a finite number',
        fix: 'Give a strength such as 1.5.',
      })
    }
    const selection = selectTokens(where.tokens, layout)
    const { keys, layers, width } = placesOf(where, model)
    for (const [i, place] of keys.entries()) {
      const layer = layers[i]!
      const { unit, scale } = checkedDirection(directionAt(vector, layer), layer, width)
      const amount = vector.edit === 'add' ? strength * scale : strength
      const terms = places.get(place)
      const term: LayerTerm = { edit: vector.edit, unit, amount, selection }
      if (terms === undefined) places.set(place, [term])
      else terms.push(term)
      names.push(`${place}:${vector.edit}:${identity(unit)}:${amount}:${selection.prompt}:${selection.generated}`)
    }
  }
  return { places, fingerprint: names.join('|') }
}

/** The terms that act on the token at `position`. */
export function termsAt(
  terms: readonly LayerTerm[],
  position: number,
  generated: GeneratedParts | null = null,
): readonly LayerTerm[] {
  const only = terms[0]
  if (only !== undefined && terms.length === 1) return selects(only.selection, position, generated) ? terms : none
  return terms.filter(term => selects(term.selection, position, generated))
}
const none: readonly LayerTerm[] = []

/**
 * Whether two steerings treat the first `length` positions alike, so that their cached states can be shared.
 */
export function sameOnPrefix(a: ResolvedSteering | null, b: ResolvedSteering | null, length: number): boolean {
  if (a === null || b === null) return a === b
  if (a.fingerprint === b.fingerprint) return true
  if (a.places.size !== b.places.size) return false
  for (const [place, terms] of a.places) {
    const others = b.places.get(place)
    if (others === undefined || others.length !== terms.length) return false
    for (const [i, term] of terms.entries()) {
      const other = others[i]
      if (other === undefined || other.edit !== term.edit || other.unit !== term.unit || other.amount !== term.amount) {
        return false
      }
      for (let position = 0; position < length; position++) {
        if (selects(term.selection, position) !== selects(other.selection, position)) return false
      }
    }
  }
  return true
}

/** The direction a vector has for a layer (−1 = embedding); a shared one is every layer's. */
export function directionAt(vector: DirectionVector, layer: number): Direction | undefined {
  const { directions } = vector
  return isShared(directions) ? directions : directions[layer]
}

/** Whether one direction serves every layer. */
export function isShared(directions: DirectionVector['directions']): directions is Direction {
  return 'unit' in directions && directions.unit instanceof Float32Array
}

function checkedDirection(direction: Direction | undefined, layer: number, width: number): Direction {
  const place = layer < 0 ? 'the embedding' : `layer ${layer}`
  if (direction === undefined) {
    throw new PlimsollError('vector-mismatch', `The vector has no direction for ${place}`, {
      expected: 'a direction for every layer its where-clause selects',
      fix: 'Name only layers the vector was fitted on.',
    })
  }
  if (direction.unit.length !== width) {
    throw new PlimsollError('vector-mismatch', 'The vector was made for a model of another width', {
      found: `${direction.unit.length} values at ${place}`,
      expected: `${width}`,
      fix: 'Fit the vector on this model.',
    })
  }
  if (
    !Number.isFinite(direction.scale) ||
    (!identities.has(direction.unit) && !direction.unit.every(Number.isFinite))
  ) {
    throw new PlimsollError('invalid-input', 'The vector holds values that are not numbers', {
      found: `NaN or infinity at ${place}`,
      expected: 'finite values',
      fix: 'Fit the vector again; its file is damaged or its fit failed.',
    })
  }
  return direction
}

function identity(unit: Float32Array): number {
  const known = identities.get(unit)
  if (known !== undefined) return known
  identities.set(unit, nextIdentity)
  return nextIdentity++
}
