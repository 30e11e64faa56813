/**
 * The largest strength whose divergence on harmless text stays within a budget.
 *
 * Counted is the 95th percentile of the tokens' KL(unsteered ‖ steered): a few tokens at which a text may as well go on
 * otherwise weigh more in a mean than all the others. wassname's steering-lite calibrates by the same percentile
 * (`calibrate.py`; there KL(steered ‖ unsteered), on answers under steering).
 */
import type { Kl } from './harmless/kl.ts'

/** Halvings of the interval between the last strength of the grid within the budget and the first beyond: a 64th of it. */
export const halvings = 6
/** Digits of a strength that is found. */
const digits = 3
/** A divergence that falls by less as the strength grows may be rounding. */
const slack = 1e-3

export interface Looked {
  readonly strength: number
  readonly kl: Kl
}

export interface WithinBudget {
  /** Strengths looked at, ascending in size. */
  readonly looked: readonly Looked[]
  /** The largest within the budget; null where none is. */
  readonly largest: Looked | null
  /**
   * `bisection`: between two strengths of the grid. `whole grid`: all of it is within the budget. `grid only`: the
   * divergence does not grow with the strength everywhere, so that nothing is told between two strengths of the grid.
   */
  readonly by: 'bisection' | 'whole grid' | 'grid only'
}

/**
 * @param grid strengths of one sign
 * @param read the divergence at each of some strengths
 */
export async function largestWithin(
  budget: number,
  grid: readonly number[],
  read: (strengths: readonly number[]) => Promise<readonly Kl[]>,
): Promise<WithinBudget> {
  const ascending = [...grid].sort((a, b) => Math.abs(a) - Math.abs(b))
  const onGrid = await lookAt(ascending, read)
  const fits = ({ kl }: Looked) => kl.p95 <= budget
  const gridOnly = (looked: readonly Looked[]): WithinBudget => ({
    looked,
    largest: onGrid.findLast(fits) ?? null,
    by: 'grid only',
  })
  if (!grows(onGrid)) return gridOnly(onGrid)
  const beyond = onGrid.find(point => !fits(point))
  if (beyond === undefined) return { looked: onGrid, largest: onGrid.at(-1) ?? null, by: 'whole grid' }
  let [low, high] = [onGrid.findLast(fits)?.strength ?? 0, beyond.strength]
  let looked = onGrid
  for (let i = 0; i < halvings; i++) {
    const middle = Number(((low + high) / 2).toPrecision(digits))
    if (middle === low || middle === high) break
    const found = await lookAt([middle], read)
    looked = [...looked, ...found].sort((a, b) => Math.abs(a.strength) - Math.abs(b.strength))
    if (!grows(looked)) return gridOnly(looked)
    if (found.every(fits)) low = middle
    else high = middle
  }
  return { looked, largest: looked.findLast(fits) ?? null, by: 'bisection' }
}

async function lookAt(
  strengths: readonly number[],
  read: (strengths: readonly number[]) => Promise<readonly Kl[]>,
): Promise<Looked[]> {
  const found = await read(strengths)
  return found.flatMap((kl, i) => {
    const strength = strengths[i]
    return strength === undefined ? [] : [{ strength, kl }]
  })
}

/** Whether the divergence nowhere falls; ascending in size. */
function grows(looked: readonly Looked[]): boolean {
  return looked.every(({ kl }, i) => kl.p95 >= (looked[i - 1]?.kl.p95 ?? 0) * (1 - slack))
}

/** Strengths of a grid by their sign, zero left out: each way is searched by itself. */
export function waysOf(strengths: readonly number[]): number[][] {
  return [strengths.filter(strength => strength > 0), strengths.filter(strength => strength < 0)].filter(
    way => way.length > 0,
  )
}
