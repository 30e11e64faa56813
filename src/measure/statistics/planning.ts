import { logGamma } from './beta.ts'
import { openUnit, within } from './check.ts'
import { normalQuantile } from './normal.ts'
import { tangoScore } from './tango.ts'

/** What is expected of independent pairs: shares of all rows. */
export interface ExpectedFlips {
  readonly gained: number
  readonly lost: number
}

export interface DecisionPower {
  /** Probability that the interval lies above the line. */
  readonly above: number
  readonly below: number
}

/**
 * How probable it is that Tango's interval of `n` independent pairs lies wholly above, or below, a line: summed over all
 * outcomes of the trinomial distribution of gained, lost and same, so exact but for outcomes of less than 1e-12.
 *
 * @param line in the unit of the change, such as −0.05 for a margin of five points, or 0 for any change
 * @throws PlimsollError `invalid-input` when a value is out of range
 */
export function decisionPower(n: number, { gained, lost }: ExpectedFlips, line: number, level = 0.95): DecisionPower {
  within('n', n, 1, 100_000)
  within('gained', gained, 0, 1)
  within('lost', lost, 0, 1)
  within('gained + lost', gained + lost, 0, 1 + 1e-12)
  within('line', line, -1, 1)
  openUnit('level', level)
  const z = normalQuantile(0.5 + level / 2)
  let [above, below] = [0, 0]
  for (const [down, share] of likely(n, lost)) {
    for (const [up, given] of likely(n - down, lost < 1 ? Math.min(1, gained / (1 - lost)) : 0)) {
      const score = tangoScore({ gained: up, lost: down, n }, line)
      if (score > z) above += share * given
      else if (score < -z) below += share * given
    }
  }
  return { above, below }
}

/**
 * The fewest independent pairs that show, with the given power, that less than `margin` is lost, when rows flip as
 * expected. Power goes up and down by a little from one n to the next; found is an n that has it while n − 1 has not.
 *
 * @returns null when no number up to 20 000 would do, as when the expected loss is the margin or more
 * @throws PlimsollError `invalid-input` when a value is out of range
 */
export function rowsForMargin(margin: number, expected: ExpectedFlips, power = 0.8, level = 0.95): number | null {
  openUnit('margin', margin)
  openUnit('power', power)
  if (expected.lost - expected.gained >= margin) return null
  const enough = (n: number) => decisionPower(n, expected, -margin, level).above >= power
  let [low, high] = [0, 16]
  while (!enough(high)) {
    if (high >= mostRows) return null
    low = high
    high = Math.min(2 * high, mostRows)
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (enough(middle)) high = middle
    else low = middle
  }
  return high
}

const mostRows = 20_000

export interface PairedDesign {
  readonly n: number
  /** Share of rows with the property before. */
  readonly baseRate: number
  /** Share of rows that flip one way or the other, whatever the change; more flip where the change itself needs more. */
  readonly discordance: number
  readonly power?: number
  readonly level?: number
}

export interface Detectable {
  /** The smallest loss that is found, as a fraction; null when even the loss of everything would not be. */
  readonly loss: number | null
  readonly gain: number | null
}

/**
 * The smallest loss and gain that a paired design finds: whose Tango interval lies on one side of 0 with the given
 * power, by `decisionPower`. No more can be lost than rows have the property, nor gained than lack it.
 *
 * @throws PlimsollError `invalid-input` when a value is out of range
 */
export function minimumDetectableChange({
  n,
  baseRate,
  discordance,
  power = 0.8,
  level = 0.95,
}: PairedDesign): Detectable {
  within('baseRate', baseRate, 0, 1)
  within('discordance', discordance, 0, 1)
  openUnit('power', power)
  /** Smallest change in one direction; `room` is what can flip that way, `other` what can flip back. */
  const smallest = (room: number, other: number): number | null => {
    const found = (change: number) => {
      const back = Math.min(other, Math.max(0, (discordance - change) / 2))
      const flips = { lost: Math.min(room, change + back), gained: Math.min(back, room - change) }
      return decisionPower(n, flips, 0, level).below >= power
    }
    if (room === 0 || !found(room)) return null
    let [low, high] = [0, room]
    while (high - low > 1e-6) {
      const middle = (low + high) / 2
      if (found(middle)) high = middle
      else low = middle
    }
    return high
  }
  return { loss: smallest(baseRate, 1 - baseRate), gain: smallest(1 - baseRate, baseRate) }
}

/** Counts of a binomial distribution with their probabilities, without those under 1e-12. */
function likely(n: number, p: number): [count: number, probability: number][] {
  if (p <= 0) return [[0, 1]]
  if (p >= 1) return [[n, 1]]
  const spread = 8 * Math.sqrt(n * p * (1 - p)) + 24
  const found: [number, number][] = []
  const end = Math.min(n, Math.ceil(n * p + spread))
  for (let k = Math.max(0, Math.floor(n * p - spread)); k <= end; k++) {
    const log = logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1) + k * Math.log(p) + (n - k) * Math.log1p(-p)
    if (log > -27.6) found.push([k, Math.exp(log)])
  }
  return found
}
