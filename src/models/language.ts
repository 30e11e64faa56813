import { findEntry } from './registry.ts'

/** Family of the packaged sets in words that a model knows: the teaching model has a language of its own. */
export function languageOf({ name }: { readonly name: string }): 'organism' | 'english' {
  const packaged = findEntry(name)?.sources.some(({ kind }) => kind === 'packaged') ?? false
  return packaged ? 'organism' : 'english'
}
