import { incompleteBeta } from './beta.ts'
import { openUnit, within } from './check.ts'

/**
 * Share of Student's t distribution with `df` degrees of freedom above t: ½ I_{df/(df+t²)}(df/2, ½) for t ≥ 0
 * (DLMF 8.17, Abramowitz and Stegun 26.7.1).
 * @throws PlimsollError `invalid-input` unless df > 0.
 */
export function tTail(t: number, df: number): number {
  within('df', df, Number.MIN_VALUE, Number.MAX_VALUE)
  if (Number.isNaN(t)) return Number.NaN
  if (t < 0) return 1 - tTail(-t, df)
  if (t === Number.POSITIVE_INFINITY) return 0
  return 0.5 * incompleteBeta(df / (df + t * t), df / 2, 0.5, (t * t) / (df + t * t))
}

/**
 * The t below which a share `p` of Student's t distribution lies, by bisection on `tTail`.
 * @throws PlimsollError `invalid-input` unless 0 < p < 1 and df > 0.
 */
export function tQuantile(p: number, df: number): number {
  openUnit('p', p)
  if (p === 0.5) return 0
  if (p < 0.5) return -tQuantile(1 - p, df)
  const tail = 1 - p
  let high = 1
  while (tTail(high, df) > tail) high *= 2
  let low = 0
  while (high - low > 1e-14 * high) {
    const middle = (low + high) / 2
    if (middle === low || middle === high) break
    if (tTail(middle, df) > tail) low = middle
    else high = middle
  }
  return (low + high) / 2
}
