/** Steering with its compound vectors spelled out: what is applied knows plain edits only. */
import { PlimsollError } from '../errors.ts'
import type { EditVector, Steering, SteeringTerm } from './steering-types.ts'

export interface PlainTerm extends SteeringTerm {
  readonly vector: EditVector
}

/**
 * Terms in the order in which they are applied. Strengths of a compound and of its parts are multiplied, gates of both
 * have to be open.
 * @throws PlimsollError `invalid-input` for a where-clause beside a compound vector
 */
export function plainTerms(steering: Steering): readonly PlainTerm[] {
  return steering.flatMap((term): readonly PlainTerm[] => {
    const { vector, strength = 1, where, gates = [] } = term
    if (vector.edit !== 'compound') return [{ ...term, vector }]
    if (where !== undefined)
      throw new PlimsollError('invalid-input', 'A compound vector says itself where it acts', {
        found: 'a where-clause beside it',
        expected: 'none: each of its parts has its own',
        fix: 'Remove `where`, or change it in the parts.',
      })
    return plainTerms(vector.terms).map(part => ({
      ...part,
      strength: strength * (part.strength ?? 1),
      gates: [...(part.gates ?? []), ...gates],
    }))
  })
}
