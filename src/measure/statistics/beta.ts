import { within } from './check.ts'

const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
]

/** Natural logarithm of Γ(x) for x > 0, by Lanczos' approximation (g = 7, nine terms). */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x)
  const z = x - 1
  const t = z + 7.5
  const sum = lanczos.reduce((total, term, i) => total + (i === 0 ? term : term / (z + i)), 0)
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum)
}

/**
 * Regularised incomplete beta function I_x(a, b): the share of a Beta(a, b) distribution that lies below x.
 * Continued fraction DLMF 8.17.22, evaluated by Lentz's method. `y` is 1 − x; pass it where x is close to 1.
 * @throws PlimsollError `invalid-input` unless a, b > 0 and 0 ≤ x ≤ 1.
 */
export function incompleteBeta(x: number, a: number, b: number, y: number = 1 - x): number {
  within('x', x, 0, 1)
  within('a', a, Number.MIN_VALUE, Number.MAX_VALUE)
  within('b', b, Number.MIN_VALUE, Number.MAX_VALUE)
  if (x === 0) return 0
  if (y === 0) return 1
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(y, b, a, x)
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(y)) / a
  return front * continuedFraction(x, a, b)
}

function continuedFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300
  const away = (v: number) => (Math.abs(v) < tiny ? tiny : v)
  let d = 1 / away(1 - ((a + b) * x) / (a + 1))
  let c = 1
  let value = d
  for (let m = 1; m <= 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / away(1 + even * d)
    c = away(1 + even / c)
    value *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / away(1 + odd * d)
    c = away(1 + odd / c)
    const step = d * c
    value *= step
    if (Math.abs(step - 1) < 1e-15) break
  }
  return value
}
