/** Coverage without chance: summed over every outcome of independent rows. */
import {
  type Interval,
  logGamma,
  newcombe,
  type PairedCounts,
  tangoInterval,
  wilson,
} from '../../src/measure/statistics/index.ts'

/** Probabilities of 0 … n. */
function binomial(n: number, p: number): number[] {
  return Array.from({ length: n + 1 }, (_, k) => {
    if (p === 0 || p === 1) return Number(k === n * p)
    const ways = logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1)
    return Math.exp(ways + k * Math.log(p) + (n - k) * Math.log1p(-p))
  })
}

function covers([low, high]: Interval, truth: number): boolean {
  return low <= truth && truth <= high
}

/** Every interval that can occur is computed once, however many rates it is held against. */
function remembered<T extends readonly number[]>(of: (...counts: T) => Interval): (...counts: T) => Interval {
  const known = new Map<string, Interval>()
  return (...counts) => {
    const key = counts.join()
    const found = known.get(key) ?? of(...counts)
    known.set(key, found)
    return found
  }
}

export function wilsonCoverage(n: number): (rate: number) => number {
  const interval = remembered((count: number) => wilson(count / n, n))
  return rate => binomial(n, rate).reduce((sum, p, k) => sum + (covers(interval(k), rate) ? p : 0), 0)
}

/** One rate against `other` of the same number of rows. */
export function newcombeCoverage(n: number, other: (rate: number) => number): (rate: number) => number {
  const interval = remembered((a: number, b: number) => newcombe({ count: a, n }, { count: b, n }))
  return rate => {
    const seconds = binomial(n, other(rate))
    return binomial(n, rate).reduce((sum, p, a) => {
      if (p < 1e-10) return sum
      const given = seconds.reduce(
        (part, q, b) => part + (q > 1e-10 && covers(interval(a, b), rate - other(rate)) ? q : 0),
        0,
      )
      return sum + p * given
    }, 0)
  }
}

/** Losses at `rate`, gains at `gains(rate)`. */
export function tangoCoverage(n: number, gains: (rate: number) => number): (rate: number) => number {
  const interval = remembered((gained: number, lost: number) =>
    tangoInterval({ gained, lost, n } satisfies PairedCounts),
  )
  return rate =>
    binomial(n, rate).reduce((sum, p, lost) => {
      if (p < 1e-10) return sum
      const given = binomial(n - lost, gains(rate) / (1 - rate)).reduce(
        (part, q, gained) => part + (q > 1e-10 && covers(interval(gained, lost), gains(rate) - rate) ? q : 0),
        0,
      )
      return sum + p * given
    }, 0)
}
