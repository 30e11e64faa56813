/** A strength in other units, as text. */
import type { Selection, SelectionPoint } from '../result.ts'

/** Columns beside a strength, where any point has them. */
export const unitHeads = ['added', 'of norm', 'KL, 95 %', 'KL, mean'] as const

export function hasUnits({ points }: Pick<Selection, 'points'>): boolean {
  return points.some(({ units }) => units !== undefined)
}

/** `1.23`, `31 %`, `0.43`, `0.06`, in the order of `unitHeads`. */
export function unitCells({ units }: Pick<SelectionPoint, 'units'>): string[] {
  const { added = null, ofNorm = null, kl = null } = units ?? {}
  return [
    added === null ? '' : digits(added, 3),
    ofNorm === null ? '' : `${digits(100 * ofNorm, 2)} %`,
    kl === null ? '' : digits(kl.p95, 2),
    kl === null ? '' : digits(kl.mean, 2),
  ]
}

/** What the columns mean, in one sentence. */
export const unitNote =
  'Added: the length of what is added to a hidden state; of norm: the same as a share of the median norm of that layer’s states; KL: how far the steering moves what the model expects next, in nats, over the tokens of harmless text, their 95th percentile and their mean.'

export function digits(value: number, count: number): string {
  return String(Number(value.toPrecision(count)))
}
