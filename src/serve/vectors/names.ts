/** Names of vectors and what else stands in a model's name. */
import { z } from 'zod'

/** No `+` and no `@`, which part a model's name from vectors and strengths. */
export const VectorName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'a name has letters, digits, . _ and -, at most 64 of them')

/** Far beyond what any model can be steered by; what is too much for this one is said by the engine. */
export const Strength = z.number().min(-1e4).max(1e4)
