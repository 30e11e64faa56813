/** Which known word somebody probably meant. */

/** Levenshtein's edit distance over UTF-16 code units. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 0; i < a.length; i += 1) {
    const next = [i + 1]
    for (let j = 1; j <= b.length; j += 1) {
      const swap = (row[j - 1] ?? 0) + (a[i] === b[j - 1] ? 0 : 1)
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}

/** The known word that was probably meant, if any is near enough: half of its letters may differ, and at most two or a third. */
export function suggest(word: string, known: readonly string[]): string | undefined {
  const [best] = known
    .map(name => ({ name, edits: editDistance(word.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, edits }) => edits <= name.length / 2 && edits <= Math.max(2, name.length / 3))
    .sort((a, b) => a.edits - b.edits)
  return best?.name
}
