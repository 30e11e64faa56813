/** The data sets that a study names, with their licences and how they are cited. */
import { citations, type DatasetInfo, listDatasets } from '../../data/index.ts'

/** In the order in which they are listed; own files have no licence that we know of, and are named as they are. */
export function sourcesOf(plan: unknown): { readonly sets: readonly DatasetInfo[]; readonly files: readonly string[] } {
  const strings = new Set<string>()
  const files = new Set<string>()
  collect(plan, strings, files)
  return { sets: listDatasets().filter(({ name }) => strings.has(name)), files: [...files] }
}

function collect(value: unknown, strings: Set<string>, files: Set<string>): void {
  if (typeof value === 'string') strings.add(value)
  else if (Array.isArray(value)) for (const item of value) collect(item, strings, files)
  else if (typeof value === 'object' && value !== null)
    for (const [key, item] of Object.entries(value)) {
      if (key === 'file' && typeof item === 'string') files.add(item)
      else collect(item, strings, files)
    }
}

/** BibTeX of the published sets among them, each once. */
export function citationsOf(sets: readonly DatasetInfo[]): string[] {
  const first = sets.map(({ name }) => name.split('/')[0] ?? '')
  return [...new Set(first)].flatMap(name => citations[name] ?? [])
}
