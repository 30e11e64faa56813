import { within } from './check.ts'
import type { Count, Interval, PairedTable } from './types.ts'
import { wilson } from './wilson.ts'

/**
 * Interval of the difference of two independent rates, one − other: the two Wilson intervals squared and added.
 * Newcombe 1998, Statistics in Medicine 17:873, method 10. For rates on different prompts; on the same prompts use
 * `tangoInterval` or `newcombePaired`.
 *
 * @param level two-sided, such as 0.95
 * @returns bounds in [−1, 1]
 * @throws PlimsollError `invalid-input` when a count or the level is out of range
 */
export function newcombe(one: Count, other: Count, level = 0.95): Interval {
  const rates = [rateOf('one', one), rateOf('other', other)] as const
  return squareAndAdd(
    { estimate: rates[0], interval: wilson(rates[0], one.n, level) },
    { estimate: rates[1], interval: wilson(rates[1], other.n, level) },
  )
}

/**
 * Interval of a paired change (gained − lost)/n: the Wilson intervals of both rates, squared and added with their
 * correlation φ. Newcombe 1998, Statistics in Medicine 17:2635, method 10: where the product kept·neither −
 * gained·lost is positive it is lowered by n/2, but not below 0, before it becomes φ; φ is 0 when a margin is empty.
 * Unlike Tango's it needs to know how many rows have the property on both sides.
 *
 * @param level two-sided, such as 0.95
 * @returns bounds in [−1, 1]
 * @throws PlimsollError `invalid-input` when counts or the level are out of range
 */
export function newcombePaired({ gained, lost, kept, n }: PairedTable, level = 0.95): Interval {
  within('n', n, Number.MIN_VALUE, Number.MAX_VALUE)
  within('gained', gained, 0, n)
  within('lost', lost, 0, n)
  within('kept', kept, 0, n)
  within('gained + lost + kept', gained + lost + kept, 0, n)
  const [after, before] = [(kept + gained) / n, (kept + lost) / n]
  const neither = n - gained - lost - kept
  const margins = (kept + gained) * (lost + neither) * (kept + lost) * (gained + neither)
  const product = kept * neither - gained * lost
  const corrected = product > 0 ? Math.max(0, product - n / 2) : product
  return squareAndAdd(
    { estimate: after, interval: wilson(after, n, level) },
    { estimate: before, interval: wilson(before, n, level) },
    margins === 0 ? 0 : corrected / Math.sqrt(margins),
  )
}

/** An estimate with an interval that need not be symmetric about it. */
export interface Estimated {
  readonly estimate: number
  readonly interval: Interval
}

/**
 * Interval of one − other from an interval of each: on either side the distances from estimate to bound are squared and
 * added, less twice their product times the correlation of the two estimates. Newcombe's step, for any two intervals:
 * Zou and Donner 2008, Statistics in Medicine 27:1693; with correlation Zou 2008, American Journal of Epidemiology
 * 168:212 ("MOVER").
 * @param range bounds of what the difference can be
 */
export function squareAndAdd(one: Estimated, other: Estimated, correlation = 0, range: Interval = [-1, 1]): Interval {
  const difference = one.estimate - other.estimate
  const half = (a: number, b: number) => Math.sqrt(Math.max(0, a * a + b * b - 2 * correlation * a * b))
  const below = half(one.estimate - one.interval[0], other.interval[1] - other.estimate)
  const above = half(one.interval[1] - one.estimate, other.estimate - other.interval[0])
  return [Math.max(range[0], difference - below), Math.min(range[1], difference + above)]
}

function rateOf(name: string, { count, n }: Count): number {
  within(`n of ${name}`, n, Number.MIN_VALUE, Number.MAX_VALUE)
  within(`count of ${name}`, count, 0, n)
  return count / n
}
