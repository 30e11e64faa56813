/** How much of a vector is applied. */
import { z } from 'zod'

/** Far beyond what any model can be steered by, directions of length 1 too; what is too much for one is said by the engine. */
export const strongest = 1e4

export const Strength = z.number().min(-strongest).max(strongest)

/** As help and errors tell it. */
export const strengthRange = `a number from -${strongest} to ${strongest}`

/** null for what is none, which nothing at all is too. */
export function parseStrength(text: string): number | null {
  const parsed = Strength.safeParse(text.trim() === '' ? Number.NaN : Number(text))
  return parsed.success ? parsed.data : null
}
