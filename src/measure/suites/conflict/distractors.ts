/** Passages that do not answer a question: of other articles, and naming neither of its answers. */
import { type ConflictRow, contentWords, createRandom, jaccard, names, shuffle } from '../../../data/index.ts'

export interface Distractors {
  /** The most like the question and its passage: it tells the same kind of thing of something else. */
  readonly misleading: string
  /** Such as share hardly a word with them. */
  readonly irrelevant: readonly string[]
}

interface Candidate {
  readonly row: ConflictRow
  readonly words: ReadonlySet<string>
}

/** Those most alike, of which the first that names no answer of the row is taken. */
const LOOKED_AT = 25

/**
 * Distractors for each row, drawn by the seed from the passages of `among`; undefined where it has none that would do.
 * @param wanted irrelevant passages a row
 */
export function distractorsFor(
  rows: readonly ConflictRow[],
  among: readonly ConflictRow[],
  wanted: number,
  seed: number,
): (Distractors | undefined)[] {
  const candidates = among.map((row): Candidate => ({ row, words: contentWords(row.passage) }))
  const random = createRandom(seed, 'distractors')
  const order = shuffle(candidates, random)
  return rows.map((row, i) => {
    const own = contentWords(`${row.question} ${row.passage}`)
    const others = order.filter(
      ({ row: other }) => articleOf(other) !== articleOf(row) && other.question !== row.question,
    )
    const alike = others
      .map(candidate => ({ ...candidate, alike: jaccard(own, candidate.words) }))
      .toSorted((a, b) => b.alike - a.alike)
    const [misleading] = firstOf(alike.slice(0, LOOKED_AT), row, 1)
    const far = alike.slice(alike.length >> 1)
    const from = far.length === 0 ? 0 : i % far.length
    const turned = [...far.slice(from), ...far.slice(0, from)].filter(one => one.row.passage !== misleading)
    const irrelevant = firstOf(turned, row, wanted)
    return misleading === undefined || irrelevant.length < wanted ? undefined : { misleading, irrelevant }
  })
}

/** The first so many passages that name neither answer of a row, each another. */
function firstOf(candidates: readonly Candidate[], { memory, context }: ConflictRow, wanted: number): string[] {
  const found = new Set<string>()
  for (const { row } of candidates) {
    if (found.size === wanted) break
    if (!names(row.passage, [...memory, ...context])) found.add(row.passage)
  }
  return [...found]
}

export function articleOf({ article, question }: Pick<ConflictRow, 'article' | 'question'>): string {
  return article ?? question
}
