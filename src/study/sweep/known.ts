/** What sweeps found of a vector, kept in the store they ran in, for whoever looks at that vector later. */
import { z } from 'zod'
import { wilson } from '../../measure/statistics/index.ts'
import type { FittedVector } from '../../steer/index.ts'
import type { Store } from '../../store/index.ts'
import { unmeasured } from '../explore.ts'
import { hashOf } from '../hash.ts'
import type { ExploredPoint, ExploredRate, Selection } from '../result.ts'
import { fingerprintOf } from '../steering.ts'

export interface KeptSweep {
  /** Whose select split was asked. */
  readonly study: string
  /** Of rates, in points: how much the study's verdict lets be lost. */
  readonly margin: number
  readonly points: readonly ExploredPoint[]
}

const Rate: z.ZodType<ExploredRate> = z.object({
  rate: z.number().nullable(),
  n: z.number(),
  ci: z.tuple([z.number(), z.number()]).readonly().nullable(),
  chance: z.number().optional(),
})
const Kept: z.ZodType<KeptSweep> = z.object({
  study: z.string(),
  margin: z.number(),
  points: z.array(
    z.object({
      strength: z.number(),
      chosen: z.boolean(),
      axes: z.object({ efficacy: Rate, general: Rate, control: Rate, robustness: Rate }),
    }),
  ),
})

/** A second sweep that found the same is not kept twice. */
export async function keepSweep(store: Store, vector: FittedVector, sweep: KeptSweep): Promise<void> {
  const before = await sweepsOf(store, vector)
  if (before.some(one => hashOf(one) === hashOf(sweep))) return
  await store.saveArtefact(keyOf(vector, before.length), sweep)
}

/** In the order in which they were made. What an artefact says that another version wrote is passed over. */
export async function sweepsOf(store: Store, vector: FittedVector): Promise<KeptSweep[]> {
  const found: KeptSweep[] = []
  for (let i = 0; ; i++) {
    const kept = await store.artefact(keyOf(vector, i))
    if (kept === null) return found
    const { data } = Kept.safeParse(kept)
    if (data !== undefined) found.push(data)
  }
}

/** The points at the layer that was chosen, the unsteered model first: all four axes where they were explored. */
export function pointsAlong({ points, explored = [], baseline, n }: Omit<Selection, 'condition'>): ExploredPoint[] {
  if (explored.length > 0) return [...explored]
  const chosen = points.find(point => point.chosen)
  const along = points.filter(({ layer }) => layer === chosen?.layer)
  return [{ strength: 0, chosen: false, ...baseline }, ...along].map(({ strength, chosen: is, target, control }) => ({
    strength,
    chosen: is,
    axes: {
      efficacy: rateOf(target, n.target),
      general: unmeasured,
      // The share of the control prompts that lost the property.
      control: rateOf(1 - control, n.control),
      robustness: unmeasured,
    },
  }))
}

function rateOf(rate: number, n: number): ExploredRate {
  return n === 0 ? unmeasured : { rate, n, ci: wilson(rate, n) }
}

/** By what the vector does at strength 1, and by how many sweeps of it are kept before this one. */
function keyOf(vector: FittedVector, index: number): string {
  return hashOf({ what: 'sweep', vector: fingerprintOf([{ vector, strength: 1 }]), index })
}
