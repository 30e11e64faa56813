/** Steering as a user states it, checked against a model and resolved into what to do to the rows of each place. */
import { PlimsollError } from '../errors.ts'
import { atLayer, isOne, type RowEdit, rowEdit } from './edits/index.ts'
import { type Condition, resolveCondition } from './gates/condition.ts'
import { type RowGates, rowGates } from './gates/row-gates.ts'
import type { GeneratedParts } from './generated-parts.ts'
import type { PlaceKey } from './place.ts'
import { plainTerms } from './plain-terms.ts'
import { sameOnPositions, selects, selectTokens, type TokenSelection } from './select.ts'
import { placesOf } from './sites.ts'
import type { TokenLayout } from './token-layout.ts'
import type { Direction, EditVector, ModelInfo, PerLayer, Steering, SteeringVector } from './types.ts'
import { parseWhere } from './where.ts'

/** What one term does at one place. */
export interface PlaceTerm {
  /** Index in the steering, compound vectors spelled out. */
  readonly term: number
  readonly edit: RowEdit
  readonly strength: number
  readonly selection: TokenSelection
  readonly gates: RowGates | null
  /** Values the edit sees, and where in a token's row they start: one run, or one for each chosen head. */
  readonly width: number
  readonly offsets: readonly number[]
  /** Equal for terms that do the same to the same row. */
  readonly name: string
}

/** Steering of one request: for each place the terms in their order. */
export interface ResolvedSteering {
  readonly places: ReadonlyMap<PlaceKey, readonly PlaceTerm[]>
  /** Decided on the prompt before their terms are applied. */
  readonly conditions: readonly Condition[]
  /** Whether cached states may serve another request with the same steering. */
  readonly shares: boolean
  /** Equal for steerings that do the same to the same positions. */
  readonly fingerprint: string
}

/**
 * @throws PlimsollError `vector-mismatch` for another width or a direction that is missing, `invalid-input` for values
 * that cannot be, `nothing-selected` for a clause that selects nothing
 */
export function resolveSteering(
  steering: Steering,
  model: Pick<ModelInfo, 'sites' | 'layers'>,
  layout: TokenLayout,
): ResolvedSteering | null {
  const terms = plainTerms(steering)
  if (terms.length === 0) return null
  const places = new Map<PlaceKey, PlaceTerm[]>()
  const conditions: Condition[] = []
  const names: string[] = []
  for (const [term, { vector, strength = 1, where: written = vector.where, gates = [] }] of terms.entries()) {
    checkStrength(strength, term)
    const where = parseWhere(written)
    const { keys, layers, width, heads } = placesOf(where, model)
    const selection = selectTokens(where.tokens, layout)
    const own = gates.flatMap(gate => (gate.kind === 'condition' ? [resolveCondition(gate, term, model, layout)] : []))
    for (const condition of own) conditions.push(checkedCondition(condition, layers))
    const offsets = heads.map(head => head * width)
    for (const [i, place] of keys.entries()) {
      const layer = layers[i] ?? 0
      // One rule for all tokens, those of long prompts and of the answer too, whenever the decision falls.
      if (own.some(condition => condition.pass === 'later-layers' && layer <= condition.lastLayer)) continue
      const name = `${place}:${vectorName(vector)}:${strength}:${offsets.join()}:${gates.length === 0 ? '' : describe(gates)}`
      const ready: PlaceTerm = {
        term,
        edit: rowEdit(vector, layer, width),
        strength,
        selection,
        gates: rowGates(gates, layer, width),
        width,
        offsets,
        name,
      }
      const others = places.get(place)
      if (others === undefined) places.set(place, [ready])
      else others.push(ready)
      names.push(`${name}:${JSON.stringify(selection)}`)
    }
  }
  return {
    places,
    conditions,
    // An edit of one's own may remember what it has seen; a condition decides anew for every prompt.
    shares: conditions.length === 0 && terms.every(({ vector }) => vector.edit !== 'custom'),
    fingerprint: names.join('|'),
  }
}

/** Whether a term acts on the token at `position`; `state`: its row, where the selection depends on it. */
export function actsAt(
  term: PlaceTerm,
  position: number,
  generated: GeneratedParts | null,
  state: Float32Array | null = null,
): boolean {
  return selects(term.selection, position, generated, state)
}

/**
 * Whether two steerings treat the first `length` positions alike, so that their cached states can be shared.
 */
export function sameOnPrefix(a: ResolvedSteering | null, b: ResolvedSteering | null, length: number): boolean {
  if (a === null || b === null) return a === b
  if (!a.shares || !b.shares) return false
  if (a.fingerprint === b.fingerprint) return true
  if (a.places.size !== b.places.size) return false
  for (const [place, terms] of a.places) {
    const others = b.places.get(place)
    if (others === undefined || others.length !== terms.length) return false
    for (const [i, term] of terms.entries()) {
      const other = others[i]
      if (other === undefined || other.name !== term.name) return false
      if (!sameOnPositions(term.selection, other.selection, length)) return false
    }
  }
  return true
}

/**
 * The direction a vector has for a layer (−1 = embedding); a shared one is every layer's. A compound has the one of its
 * parts there, where only one has any.
 */
export function directionAt(vector: SteeringVector, layer: number): Direction | undefined {
  if (vector.edit === 'compound') {
    const [only, ...others] = vector.terms.flatMap(term => directionAt(term.vector, layer) ?? [])
    return others.length === 0 ? only : undefined
  }
  if (!('directions' in vector)) return undefined
  const { directions } = vector
  return isShared(directions) ? directions : directions[layer]
}

/** Whether one direction serves every layer. */
export function isShared(directions: PerLayer<Direction>): directions is Direction {
  return isOne(directions, 'unit') && atLayer(directions, 'unit', 0).unit instanceof Float32Array
}

function checkStrength(strength: number, term: number): void {
  if (Number.isFinite(strength)) return
  throw new PlimsollError('invalid-input', 'A steering strength is not a number', {
    found: `${strength} in term ${term}`,
    expected: 'a finite number',
    fix: 'Give a strength such as 1.5.',
  })
}

/** @throws PlimsollError `invalid-input` where a condition is decided too late for every place of its term */
function checkedCondition(condition: Condition, layers: readonly number[]): Condition {
  if (condition.pass === 'twice' || layers.some(layer => layer > condition.lastLayer)) return condition
  throw new PlimsollError('invalid-input', 'A condition is decided above every layer that it decides about', {
    found: `read up to layer ${condition.lastLayer}, edited up to layer ${layers.at(-1)}`,
    expected: 'with pass later-layers, an edit above the layers the condition reads',
    fix: 'Read the condition at lower layers, or leave `pass` out: the prompt is then read twice.',
  })
}

/** Numbers for objects, so that a thousand requests with one vector name it once. */
const identities = new WeakMap<object, number>()
let nextIdentity = 1

function identity(value: object): number {
  const known = identities.get(value)
  if (known !== undefined) return known
  identities.set(value, nextIdentity)
  return nextIdentity++
}

/** By the arrays that a value holds: comparing their contents would cost more than it saves. */
function describe(value: unknown): string {
  return JSON.stringify(value, (_, part) => (part instanceof Float32Array ? identity(part) : part))
}

const names = new WeakMap<EditVector, string>()

/** What a vector does, wherever it acts. */
function vectorName(vector: EditVector): string {
  const known = names.get(vector)
  if (known !== undefined) return known
  const { where: _, ...rest } = vector
  // The parameters of an edit of one's own may be anything.
  const name = vector.edit === 'custom' ? `custom ${identity(vector)}` : describe(rest)
  names.set(vector, name)
  return name
}
