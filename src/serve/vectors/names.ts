/** Names of vectors and what else stands in a model's name. */
import { z } from 'zod'
import { parseStrength } from '../../steer/strength.ts'

/** No `+` and no `@`, which part a model's name from vectors and strengths. */
export const VectorName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'a name has letters, digits, . _ and -, at most 64 of them')

/** A vector by its name, with how much of it. */
export interface NamedVector {
  readonly vector: string
  readonly strength: number
}

/** `compliance@1.5`, or `compliance` for a strength of 1; null for what is neither. */
export function parseNamedVector(text: string): NamedVector | null {
  const [name, written = '1', ...more] = text.split('@')
  const vector = VectorName.safeParse(name)
  const strength = parseStrength(written)
  return vector.success && strength !== null && more.length === 0 ? { vector: vector.data, strength } : null
}
