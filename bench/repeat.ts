/** Medians of repeated measurements. Machines are shared and noisy: only figures of one run are compared. */

export interface Median {
  readonly median: number
  /** 95 % interval of the median, by order statistics: no shape of the noise is assumed. */
  readonly interval: readonly [low: number, high: number]
}

/**
 * The median of at least one value. With fewer than six values no pair of them holds the median with 95 %: the interval
 * is then all that was seen.
 * Source: Conover 1999, Practical Nonparametric Statistics, 3.2.
 */
export function medianOf(values: readonly number[]): Median {
  const sorted = values.toSorted((a, b) => a - b)
  const n = sorted.length
  const at = (rank: number) => sorted[rank - 1] ?? Number.NaN
  const rank = rankOf(n)
  return { median: (at(Math.ceil(n / 2)) + at(Math.floor(n / 2) + 1)) / 2, interval: [at(rank), at(n + 1 - rank)] }
}

/** The rank r whose value and its mirror image hold the median with 95 %: P(fewer than r values lie below it) ≤ 2.5 %. */
function rankOf(n: number): number {
  let probability = 0.5 ** n
  let sum = probability
  let rank = 0
  while (sum <= 0.025 && rank < n / 2) {
    rank++
    probability *= (n - rank + 1) / rank
    sum += probability
  }
  return Math.max(1, rank)
}

/** `1.50 [1.37, 1.55]`. */
export function medianText({ median, interval: [low, high] }: Median, digits = 2): string {
  return `${median.toFixed(digits)} [${low.toFixed(digits)}, ${high.toFixed(digits)}]`
}

/** Seconds that a call takes. */
export async function timed(call: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await call()
  return (performance.now() - began) / 1000
}
