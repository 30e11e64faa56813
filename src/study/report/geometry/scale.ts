/** One scale that every interval of a report shares. */

/** Values are shares (0.05 = 5 points); ticks ascend, and zero is one of them. */
export interface Scale {
  readonly from: number
  readonly to: number
  readonly ticks: readonly number[]
}

/**
 * The smallest scale with round ends that shows all of `values`, at least ±15 points and at most ±100.
 *
 * @param values changes and bounds, as shares
 */
export function pointScale(values: readonly number[]): Scale {
  const finite = values.filter(Number.isFinite).map(value => value * 100)
  const low = Math.max(-100, Math.min(-15, ...finite))
  const high = Math.min(100, Math.max(15, ...finite))
  const step = stepFor(high - low)
  const first = Math.floor(low / step)
  const last = Math.ceil(high / step)
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => ((first + i) * step) / 100)
  return { from: (first * step) / 100, to: (last * step) / 100, ticks }
}

function stepFor(span: number): number {
  if (span <= 40) return 5
  if (span <= 80) return 10
  return 20
}

/** Where a value lies on the scale: 0 = left end, 1 = right end; below 0 or above 1 outside of it. */
export function position(scale: Scale, value: number): number {
  return (value - scale.from) / (scale.to - scale.from)
}
