/** Sets of positions as sorted, disjoint, half-open ranges. */

export type Range = readonly [start: number, end: number]

/** Ranges within [from, to). */
export function within(ranges: readonly Range[], from: number, to: number): Range[] {
  return ranges
    .map(([start, end]): Range => [Math.max(start, from), Math.min(end, to)])
    .filter(([start, end]) => start < end)
}

export function count(ranges: readonly Range[]): number {
  return ranges.reduce((sum, [start, end]) => sum + end - start, 0)
}

/** The members from the `from`-th to before the `to`-th, counted from 0. */
export function slice(ranges: readonly Range[], from: number, to: number): Range[] {
  let before = 0
  return ranges.flatMap(([start, end]): Range[] => {
    const [low, high] = [start + Math.max(0, from - before), start + Math.min(end - start, to - before)]
    before += end - start
    return low < high ? [[low, high]] : []
  })
}

export function subtract(ranges: readonly Range[], taken: readonly Range[]): Range[] {
  return taken.reduce<Range[]>(
    (left, [start, end]) => [...within(left, 0, start), ...within(left, end, Number.POSITIVE_INFINITY)],
    [...ranges],
  )
}

export function includes(ranges: readonly Range[], position: number): boolean {
  for (let i = 0; i < ranges.length; i++) {
    const range = ranges[i]!
    if (position >= range[0] && position < range[1]) return true
  }
  return false
}
