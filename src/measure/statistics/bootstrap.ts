import { PlimsollError } from '../../errors.ts'
import { createRandom } from '../../random.ts'
import { openUnit, within } from './check.ts'
import { normalCdf, normalQuantile } from './normal.ts'
import type { Interval } from './types.ts'

/** One unit under two conditions: any number that is averaged, such as a score, a length, 0 or 1. */
export interface Pair {
  readonly baseline: number
  readonly steered: number
}

export interface BootstrapOptions {
  /** The same seed gives the same interval. */
  readonly seed: number
  /** Redraws; the interval's own random error falls with their root. */
  readonly draws?: number
  /** Two-sided, such as 0.95. */
  readonly level?: number
}

export interface Bootstrap {
  /** Of the rows as they are. */
  readonly estimate: number
  readonly interval: Interval
  /** Standard deviation of the redraws. */
  readonly error: number
  readonly draws: number
}

/**
 * Paired bootstrap of a difference of means, steered − baseline: units are drawn with replacement, both sides of a unit
 * together. For figures that are no rates (a score, a length), where no exact interval is at hand. With all
 * differences alike the interval is a point, and at rates near 0 it is too short: use `tangoInterval` for rates.
 *
 * `studentised` takes the quantiles of (redrawn mean − mean)/(redrawn error), which keeps its coverage where differences are
 * skewed (Hall 1988, Annals of Statistics 16:927); a bound is infinite where too many redraws are all alike. `percentile`
 * takes the quantiles of the redrawn means (Efron 1979, Annals of Statistics 7:1); `bca` shifts them for bias and
 * skewness, the acceleration from the jackknife (Efron 1987, JASA 82:171).
 *
 * @throws PlimsollError `invalid-input` with fewer than two pairs, values that are not finite, or fewer than 100 draws
 */
export function pairedBootstrap(
  pairs: readonly Pair[],
  {
    seed,
    draws = 4000,
    level = 0.95,
    method = 'studentised',
  }: BootstrapOptions & { readonly method?: BootstrapMethod },
): Bootstrap {
  const differences = pairs.map(({ baseline, steered }) => steered - baseline)
  checkDraws(draws, level)
  if (differences.length < 2 || !differences.every(Number.isFinite)) {
    throw new PlimsollError('invalid-input', 'A bootstrap needs two pairs of finite numbers at least', {
      found: `${differences.length} pairs, ${differences.filter(Number.isFinite).length} of them finite`,
      expected: 'two or more, all finite',
    })
  }
  const random = createRandom(seed, 'paired bootstrap')
  const whole = meanAndError(differences)
  const one = new Float64Array(differences.length)
  const means = new Float64Array(draws)
  const scores = new Float64Array(draws)
  for (let draw = 0; draw < draws; draw++) {
    for (let i = 0; i < one.length; i++) one[i] = differences[random.int(one.length)]!
    const { mean, error } = meanAndError(one)
    means[draw] = mean
    scores[draw] = mean === whole.mean ? 0 : (mean - whole.mean) / error
  }
  const ascending = means.sort()
  const interval = () => {
    switch (method) {
      case 'percentile':
        return percentileInterval(ascending, level)
      case 'bca':
        return bcaInterval(ascending, whole.mean, acceleration(differences), level)
      case 'studentised': {
        if (whole.error === 0) return [whole.mean, whole.mean] as const
        const [low, high] = percentileInterval(scores.sort(), level)
        return [whole.mean - high * whole.error, whole.mean - low * whole.error] as const
      }
    }
  }
  return { estimate: whole.mean, interval: interval(), error: deviation(ascending), draws }
}

export type BootstrapMethod = 'studentised' | 'percentile' | 'bca'

/** Of a mean: standard deviation, n − 1 below it, by the root of n. */
function meanAndError(values: ArrayLike<number>): { mean: number; error: number } {
  let [sum, squares] = [0, 0]
  for (let i = 0; i < values.length; i++) sum += values[i]!
  const mean = sum / values.length
  for (let i = 0; i < values.length; i++) squares += (values[i]! - mean) ** 2
  return { mean, error: Math.sqrt(squares / (values.length - 1) / values.length) }
}

/** @throws PlimsollError `invalid-input` with fewer than 100 draws or a level outside (0, 1) */
export function checkDraws(draws: number, level: number): void {
  within('draws', draws, 100, 10_000_000)
  openUnit('level', level)
}

/** @param redrawn ascending */
export function percentileInterval(redrawn: Float64Array, level = 0.95): Interval {
  return [quantile(redrawn, 0.5 - level / 2), quantile(redrawn, 0.5 + level / 2)]
}

/**
 * The quantiles Φ(z₀ + (z₀ + z)/(1 − a(z₀ + z))) of the redraws, z₀ the normal quantile of the share of redraws below
 * the estimate, equal ones counted half. Efron 1987, section 3.
 * @param redrawn ascending
 */
export function bcaInterval(redrawn: Float64Array, estimate: number, a: number, level = 0.95): Interval {
  const below = redrawn.reduce((sum, value) => sum + (value < estimate ? 1 : value === estimate ? 0.5 : 0), 0)
  const share = below / redrawn.length
  if (share === 0 || share === 1) return percentileInterval(redrawn, level)
  const bias = normalQuantile(share)
  const moved = (p: number) => {
    const z = bias + normalQuantile(p)
    return quantile(redrawn, normalCdf(bias + z / (1 - a * z)))
  }
  return [moved(0.5 - level / 2), moved(0.5 + level / 2)]
}

/** Of a mean: Σ d³ / (6 (Σ d²)^{3/2}), d the deviations from it, which is what the jackknife gives. */
export function acceleration(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  const cubes = values.reduce((sum, value) => sum + (value - mean) ** 3, 0)
  return squares === 0 ? 0 : cubes / (6 * squares ** 1.5)
}

/** By linear interpolation between neighbours (type 7 of Hyndman and Fan 1996, The American Statistician 50:361). */
export function quantile(ascending: Float64Array, p: number): number {
  const at = (ascending.length - 1) * p
  const low = Math.floor(at)
  const [value, next] = [ascending[low] ?? Number.NaN, ascending[low + 1] ?? ascending[low] ?? Number.NaN]
  // Equal bounds, so that two infinite ones do not make NaN.
  return value === next || at === low ? value : value + (at - low) * (next - value)
}

export function deviation(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1))
}
