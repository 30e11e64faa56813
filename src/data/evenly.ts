/** `n` of the items, at equal distances from the first on; all of them where there are no more. */
export function evenly<T>(items: readonly T[], n: number): readonly T[] {
  if (items.length <= n) return items
  const places = new Set(Array.from({ length: n }, (_, i) => Math.floor((i * items.length) / n)))
  return items.filter((_, place) => places.has(place))
}
