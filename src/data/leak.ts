import { rowText } from './rows.ts'
import { contentWords, normaliseText } from './text.ts'
import type { Kind, RowsOf } from './types.ts'

/** A row that says the same, or nearly the same, as a row it must not meet. */
export interface Overlap<Row, Other = Row> {
  readonly row: Row
  readonly met: Other
  /** Jaccard of content words, in [threshold, 1]; 1 for equal normalised text. */
  readonly similarity: number
  readonly exact: boolean
}

type AnyRow = RowsOf<Kind>

/**
 * Splits `rows` into those that meet no row of `against` and those that do: equal normalised text, or a Jaccard of content
 * words of at least `threshold` (0.6 by default, in (0, 1]). Each dropped row names the nearest row it met; input order is
 * kept. An inverted index with prefix filtering (Chaudhuri, Ganti and Kaushik 2006): a thousand rows against twenty
 * thousand take well under a second.
 */
export function withoutOverlap<Row extends AnyRow, Other extends AnyRow>(
  rows: readonly Row[],
  against: readonly Other[],
  options: { readonly threshold?: number } = {},
): { kept: Row[]; dropped: Overlap<Row, Other>[] } {
  const threshold = options.threshold ?? 0.6
  if (!(threshold > 0 && threshold <= 1)) throw new RangeError(`expected a threshold in (0, 1], got ${threshold}`)
  const index = buildIndex(against)
  const kept: Row[] = []
  const dropped: Overlap<Row, Other>[] = []
  for (const row of rows) {
    const met = nearest(row, index, threshold)
    if (met === undefined) kept.push(row)
    else dropped.push({ row, ...met })
  }
  return { kept, dropped }
}

/**
 * Rows that meet an earlier one of the same list, as `withoutOverlap` tells it: none exactly where no two rows meet. A row
 * that meets several may be named several times. By halves, so that a list costs about log₂ n passes over itself.
 */
export function repeatsWithin<Row extends AnyRow>(
  rows: readonly Row[],
  options: { readonly threshold?: number } = {},
): Overlap<Row>[] {
  if (rows.length < 2) return []
  const half = rows.length >> 1
  const [first, second] = [rows.slice(0, half), rows.slice(half)]
  return [
    ...repeatsWithin(first, options),
    ...repeatsWithin(second, options),
    ...withoutOverlap(second, first, options).dropped,
  ]
}

interface Index<Other> {
  readonly exact: ReadonlyMap<string, Other>
  readonly entries: readonly { readonly row: Other; readonly words: ReadonlySet<string> }[]
  readonly byWord: ReadonlyMap<string, readonly number[]>
}

function buildIndex<Other extends AnyRow>(against: readonly Other[]): Index<Other> {
  const exact = new Map<string, Other>()
  const byWord = new Map<string, number[]>()
  const entries = against.map((row, position) => {
    const text = rowText(row)
    const normal = normaliseText(text)
    if (!exact.has(normal)) exact.set(normal, row)
    const words = contentWords(text)
    for (const word of words) {
      const list = byWord.get(word)
      if (list === undefined) byWord.set(word, [position])
      else list.push(position)
    }
    return { row, words }
  })
  return { exact, entries, byWord }
}

function nearest<Other>(
  row: AnyRow,
  index: Index<Other>,
  threshold: number,
): Omit<Overlap<unknown, Other>, 'row'> | undefined {
  const text = rowText(row)
  const same = index.exact.get(normaliseText(text))
  if (same !== undefined) return { met: same, similarity: 1, exact: true }
  const words = contentWords(text)
  // Similar sets share ⌈threshold · |words|⌉ words or more, so one of the rarest few has to be among them.
  const rarest = [...words].sort((a, b) => frequency(index, a) - frequency(index, b))
  const prefix = rarest.slice(0, words.size - Math.ceil(threshold * words.size - 1e-9) + 1)
  const seen = new Set<number>()
  let best: { met: Other; similarity: number } | undefined
  for (const word of prefix) {
    for (const position of index.byWord.get(word) ?? []) {
      if (seen.has(position)) continue
      seen.add(position)
      const entry = index.entries[position]!
      const similarity = similarityAbove(words, entry.words, threshold)
      if (similarity !== undefined && (best === undefined || similarity > best.similarity)) {
        best = { met: entry.row, similarity }
      }
    }
  }
  return best === undefined ? undefined : { ...best, exact: false }
}

function frequency<Other>(index: Index<Other>, word: string): number {
  return index.byWord.get(word)?.length ?? 0
}

/** The Jaccard of two sets where it reaches `threshold`. */
function similarityAbove(a: ReadonlySet<string>, b: ReadonlySet<string>, threshold: number): number | undefined {
  if (Math.min(a.size, b.size) < threshold * Math.max(a.size, b.size) - 1e-9) return undefined
  let shared = 0
  for (const word of a) if (b.has(word)) shared += 1
  const similarity = shared / (a.size + b.size - shared)
  return similarity >= threshold - 1e-9 ? similarity : undefined
}
