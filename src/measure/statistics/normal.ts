import { openUnit } from './check.ts'

/** Density of the standard normal distribution. */
export function normalDensity(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)
}

/**
 * Share of the standard normal distribution below x. Series x + x³/3 + x⁵/15 + … near the middle (Marsaglia 2004,
 * "Evaluating the normal distribution"), Laplace's continued fraction of Mills' ratio in the tails, so that small
 * tails keep their relative precision.
 */
export function normalCdf(x: number): number {
  if (Number.isNaN(x)) return Number.NaN
  if (x > 3) return 1 - normalCdf(-x)
  if (x < -3) {
    let ratio = -x
    for (let k = 200; k >= 1; k--) ratio = -x + k / ratio
    return normalDensity(x) / ratio
  }
  let term = x
  let sum = x
  for (let k = 3; Math.abs(term) > 1e-17; k += 2) {
    term *= (x * x) / k
    sum += term
  }
  return 0.5 + normalDensity(x) * sum
}

/**
 * The x below which a share `p` of the standard normal distribution lies. Starts from Abramowitz and Stegun 26.2.23
 * and refines by Halley steps on `normalCdf`.
 * @throws PlimsollError `invalid-input` unless 0 < p < 1.
 */
export function normalQuantile(p: number): number {
  openUnit('p', p)
  if (p === 0.5) return 0
  if (p > 0.5) return -normalQuantile(1 - p)
  const t = Math.sqrt(-2 * Math.log(p))
  let x =
    (2.515517 + 0.802853 * t + 0.010328 * t * t) / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t * t * t) - t
  for (let i = 0; i < 3; i++) {
    const error = (normalCdf(x) - p) / normalDensity(x)
    x -= error / (1 + (x * error) / 2)
  }
  return x
}
