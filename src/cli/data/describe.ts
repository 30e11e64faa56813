import type { CheckedSet, SharedRows } from '../../data/index.ts'

/** Hashes are told in full with `--json`. */
const hashLength = 12
/** Categories that are named before the rest is counted. */
const categoriesNamed = 8

export function describeSet({ name, kind, rows, dropped, notes, screening, categories, files }: CheckedSet): string {
  const here = files.flatMap(file => (file.sha256 === null ? [] : [{ ...file, sha256: file.sha256 }]))
  const [first] = here
  const hash = here.length === 1 && first ? `sha256 ${first.sha256.slice(0, hashLength)}…` : `${here.length} files`
  const known = here.filter(file => file.asPublished !== undefined)
  const published = known.filter(file => file.asPublished).length
  const missing = files.filter(({ sha256 }) => sha256 === null)
  return [
    `${name}: ${rows.toLocaleString('en')} ${kind}, ${hash}${known.length === 0 ? '' : publishedWords(published, known.length)}`,
    ...describeCategories(categories),
    ...describeMissing(missing.map(({ path }) => path)),
    ...dropped.map(({ rows: count, why }) => `  left out ${count}: ${why}`),
    ...notes.map(note => `  ${note}`),
    ...screening.map(
      ({ rows: count, why }) => `  the screening of published templates would leave out ${count}: ${why}`,
    ),
  ].join('\n')
}

function publishedWords(published: number, all: number): string {
  if (published === all) return ', as published'
  return all === 1 ? ', not the published file' : `, ${all - published} of them not the published ones`
}

function describeMissing([first, ...more]: readonly string[]): string[] {
  if (first === undefined) return []
  const rest = more.length === 0 ? '' : ` and ${more.length} more`
  return [`  not on this machine: ${first}${rest}. plimsoll data add fetches what is published.`]
}

function describeCategories(categories: CheckedSet['categories']): string[] {
  const sorted = Object.entries(categories).sort(([, a], [, b]) => b - a)
  if (sorted.length === 0) return []
  const more = sorted.length - categoriesNamed
  const words = sorted.slice(0, categoriesNamed).map(([category, count]) => `${category} ${count}`)
  return [`  ${sorted.length} categories: ${words.join(', ')}${more > 0 ? ` and ${more} more` : ''}`]
}

export function describeShared({ rowsOf, meet, rows, wordForWord, examples }: SharedRows): string {
  const nearly = rows - wordForWord
  const how = [
    ...(wordForWord > 0 ? [`${wordForWord} word for word`] : []),
    ...(nearly > 0 ? [`${nearly} with most content words the same`] : []),
  ]
  return [
    `${rows} ${rows === 1 ? 'row' : 'rows'} of ${rowsOf} ${rows === 1 ? 'is' : 'are'} in ${meet} too: ${how.join(', ')}`,
    ...examples.map(({ id, meets, similarity }) => `  ${id} and ${meets} (${similarity.toFixed(2)})`),
  ].join('\n')
}
