/** Steering of one request: named vectors looked up, with what has to be said of them. */
import type { Direction, Gate as EngineGate, PerLayer, Steering, SteeringTerm } from '../../engine/types.ts'
import { ApiError } from '../http/api-error.ts'
import type { Service } from '../service.ts'
import type { NamedVector } from '../vectors/names.ts'
import { standingOf } from '../vectors/warning.ts'
import { parseModelName } from './model-name.ts'
import type { Gate, Term } from './schema.ts'

export interface Applied {
  readonly vector: string
  readonly strength: number
  /** Of the newest study of this vector at this strength on this model. */
  readonly verdict: string | null
}

export interface ResolvedRequest {
  readonly steering: Steering
  readonly applied: readonly Applied[]
  readonly warnings: readonly string[]
}

/**
 * @param given the field of the request; it goes before what was made default
 * @throws ApiError 400 where the model's name says it as well, 404 for what is not there
 */
export function resolveRequest(
  model: string,
  given: readonly Term[] | null | undefined,
  { name, shelf }: Pick<Service, 'name' | 'shelf'>,
): ResolvedRequest {
  const parsed = parseModelName(model, name)
  if (parsed.vectors !== null && given) {
    throw new ApiError(400, 'Steering is said twice: in the name of the model, and in the field steering', {
      param: 'steering',
      code: 'invalid_value',
    })
  }
  const named: readonly NamedVector[] = parsed.vectors ?? (parsed.base === 'default' ? shelf.standard : [])
  const terms: readonly Term[] = given ?? named
  const standings = terms.map(({ vector, strength, where, gate }) =>
    standingOf(vector, strength, shelf.get(vector).measured, where !== undefined || gate !== undefined),
  )
  const alone = terms.length < 2 ? [] : ['These vectors were never measured together.']
  return {
    steering: terms.map(term => steeringTerm(term, shelf)),
    applied: terms.map(({ vector, strength }, i) => ({ vector, strength, verdict: standings[i]?.verdict ?? null })),
    warnings: [...standings.flatMap(({ warning }) => warning ?? []), ...alone],
  }
}

function steeringTerm({ vector: name, strength, where, gate }: Term, shelf: Service['shelf']): SteeringTerm {
  const { vector } = shelf.get(name)
  const gates = gate === undefined ? [] : Array.isArray(gate) ? gate : [gate]
  return {
    vector,
    strength,
    ...(where !== undefined && { where }),
    ...(gates.length > 0 && { gates: gates.map(one => engineGate(one, name, shelf)) }),
  }
}

function engineGate(gate: Gate, own: string, shelf: Service['shelf']): EngineGate {
  if (gate.kind === 'norm-budget') return gate
  const { vector = own, ...rest } = gate
  return { ...rest, directions: directionsOf(vector, shelf) }
}

function directionsOf(name: string, shelf: Service['shelf']): PerLayer<Direction> {
  const { vector } = shelf.get(name)
  if ('directions' in vector) return vector.directions
  throw new ApiError(400, `The vector ${name} has no direction that a gate could measure`, {
    param: 'steering',
    code: 'invalid_value',
    fix: 'Name a vector that adds, ablates, clamps or rotates.',
  })
}
