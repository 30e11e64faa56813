/** Candidates for the refusal direction: harmful less harmless prompts, at each position of the template and each layer. */
import { z } from 'zod'
import type { DirectionVector, Prompt } from '../../engine/types.ts'
import { difference, type TokensSaid, toDirection, tokensOf } from '../../steer/index.ts'
import { readVectors, storedForm, storeVectors } from '../steering.ts'
import type { Work } from '../work.ts'

export interface Candidate {
  /** −1 is the last token of the template; null for the mean over tokens that the study names. */
  readonly position: number | null
  readonly layer: number
  /** Adds the raw difference at its own layer. */
  readonly vector: DirectionVector
}

/** Prompts read at a time: the states of all layers and positions of so many are held. */
const BATCH = 16

const Stored = z.array(z.object({ position: z.int().nullable(), vectors: z.unknown() }))

/** Places at which the sides do not differ are left out. */
export async function candidates(
  work: Work,
  sides: { readonly harmful: readonly Prompt[]; readonly harmless: readonly Prompt[] },
  layers: readonly number[],
  tokens: TokensSaid | undefined,
): Promise<Candidate[]> {
  const stored = await work.once(
    { kind: 'refusal directions', form: storedForm, ...sides, layers, tokens },
    async () => {
      // By the model itself, not by what keeps all that it read for other fits.
      const means = (prompts: readonly Prompt[]) => meansOf(work, prompts, layers, tokens)
      const [harmful, harmless] = [await means(sides.harmful), await means(sides.harmless)]
      const positions = Math.min(harmful.length, harmless.length)
      return Array.from({ length: positions }, (_, i) => {
        const vectors = layers.flatMap((layer, at) => {
          const w = difference(harmful[i]?.[at] ?? [], harmless[i]?.[at] ?? [])
          if (!w.some(value => value !== 0)) return []
          const directions = { [layer]: toDirection(w, `The difference at layer ${layer}`) }
          const where = { layers: [layer], tokens: { phase: 'all' } } as const
          return [[layer, { edit: 'add', where, directions }] as const]
        })
        return { position: tokens === undefined ? -1 - i : null, vectors: storeVectors(new Map(vectors)) }
      })
    },
  )
  return Stored.parse(stored).flatMap(({ position, vectors }) =>
    [...readVectors(vectors)].flatMap(([layer, vector]) => {
      return vector.edit === 'add' ? [{ position, layer, vector }] : []
    }),
  )
}

/** [position from the last one on][layer] → mean over prompts, in double precision. */
async function meansOf(
  work: Work,
  prompts: readonly Prompt[],
  layers: readonly number[],
  tokens: TokensSaid | undefined,
): Promise<Float64Array[][]> {
  const where = { layers, tokens: tokensOf(tokens ?? 'template-suffix') }
  const sums = new Map<string, Float64Array>()
  let positions = Number.POSITIVE_INFINITY
  for (let start = 0; start < prompts.length; start += BATCH) {
    work.checkSignal()
    const reduce = tokens === undefined ? 'none' : 'mean'
    const { states, width } = await work.model.capture(prompts.slice(start, start + BATCH), where, { reduce })
    for (const ofPrompt of states)
      for (const [at, rows] of ofPrompt.entries()) {
        const count = rows.length / width
        positions = Math.min(positions, count)
        for (let i = 0; i < count; i++) {
          const row = rows.subarray((count - 1 - i) * width, (count - i) * width)
          const sum = sums.get(`${i} ${at}`) ?? new Float64Array(width)
          for (let k = 0; k < width; k++) sum[k] = (sum[k] ?? 0) + (row[k] ?? 0) / prompts.length
          sums.set(`${i} ${at}`, sum)
        }
      }
  }
  const count = sums.size === 0 ? 0 : positions
  return Array.from({ length: count }, (_, i) => layers.map((_, at) => sums.get(`${i} ${at}`) ?? new Float64Array()))
}
