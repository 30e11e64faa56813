import { openUnit, within } from './check.ts'
import { normalQuantile } from './normal.ts'
import { tangoInterval } from './tango.ts'
import type { PairedCounts } from './types.ts'

export interface CanDecide {
  /** The best lower bound of a change that `n` independent rows can give: Tango's, with no flips at all. */
  readonly lower: number
  /** Whether that is above −margin. */
  readonly holds: boolean
  /** The fewest rows whose best lower bound is above −margin. */
  readonly rowsNeeded: number
}

/**
 * What a suite of `n` independent rows can at best show about a property kept: −z²/(n + z²), which is Tango's lower
 * bound with no flips. Of a grid, `n` is the number of prompts.
 *
 * @param margin in (0, 1), such as 0.05 for five points
 * @throws PlimsollError `invalid-input` when a value is out of range
 */
export function canDecide(n: number, margin: number, level = 0.95): CanDecide {
  within('n', n, 0, Number.MAX_SAFE_INTEGER)
  openUnit('margin', margin)
  openUnit('level', level)
  const square = normalQuantile(0.5 + level / 2) ** 2
  const lower = -square / (n + square)
  return { lower, holds: lower > -margin, rowsNeeded: Math.floor((square * (1 - margin)) / margin) + 1 }
}

/**
 * The smallest paired change of a rate that `n` rows find with the given power, when a share `discordant` of them
 * flips: (z + z_power) √(discordant / n), the normal approximation of Connor 1987, Biometrics 43:207, with the
 * variance under no change in both places.
 * @returns a fraction, at most 1; above `discordant` it cannot occur
 * @throws PlimsollError `invalid-input` when a value is out of range
 */
export function minimumDetectable(n: number, discordant: number, power = 0.8, level = 0.95): number {
  within('n', n, 1, Number.MAX_SAFE_INTEGER)
  within('discordant', discordant, 0, 1)
  openUnit('power', power)
  openUnit('level', level)
  return Math.min(1, (normalQuantile(0.5 + level / 2) + normalQuantile(power)) * Math.sqrt(discordant / n))
}

/** Beyond this a number of prompts is no help to anybody. */
const unrealistic = 100_000

/**
 * How many more independent rows would put Tango's interval wholly on one side of `line`, with the given power, if rows
 * go on to flip at the rates seen so far. With no flips it is exact: as many as are needed when none flips.
 * @param line in the unit of the change, such as −margin
 * @returns null when the change lies so close to the line that no realistic number would do
 * @throws PlimsollError `invalid-input` when a value is out of range
 */
export function moreRowsNeeded(counts: PairedCounts, line: number, power = 0.8, level = 0.95): number | null {
  const { gained, lost, n } = counts
  const change = (gained - lost) / n
  const spread = Math.sqrt(Math.max(0, (gained + lost) / n - change * change))
  const reserve = normalQuantile(power) * spread
  const decides = (rows: number) => {
    const [lower, upper] = tangoInterval({ gained: (gained * rows) / n, lost: (lost * rows) / n, n: rows }, level)
    const slip = reserve / Math.sqrt(rows)
    return change > line ? lower - slip > line : upper + slip < line
  }
  return fewest(n, decides)
}

/**
 * How many more of a sample's `n` units would put mean ± quantile·√V on one side of `line`, with the given power.
 * @param variance the part of V that shrinks as units are added
 * @param fixed the part of V that does not, such as that between the templates of a grid
 * @param distance from the estimate to the line, positive
 * @param quantile of Student's t for the interval
 * @returns null when no realistic number would do
 */
export function moreUnitsNeeded(
  n: number,
  {
    variance,
    fixed = 0,
    distance,
    quantile,
    power = 0.8,
  }: Readonly<{
    variance: number
    fixed?: number
    distance: number
    quantile: number
    power?: number
  }>,
): number | null {
  const factor = quantile + normalQuantile(power)
  return fewest(n, units => factor * Math.sqrt(fixed + (variance * n) / units) < distance)
}

/** The fewest units above n that decide, less n; deciding must get easier with more. */
function fewest(n: number, decides: (units: number) => boolean): number | null {
  let high = Math.ceil(n) + 1
  while (!decides(high)) {
    high *= 2
    if (high - n > 2 * unrealistic) return null
  }
  let low = Math.ceil(n)
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (decides(middle)) high = middle
    else low = middle
  }
  return high - n > unrealistic ? null : Math.ceil(high - n)
}
