import { storedName } from '../../../src/serve/viewer/stored-name.ts'
import type { StudyResult } from '../../../src/study/result.ts'
import { path } from '../address.ts'

function withQuery(to: string, query: Readonly<Record<string, string | null | undefined>>): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value ? [[name, value]] : []))
  return given.length === 0 ? to : `${to}?${new URLSearchParams(given)}`
}

export function studyPath(study: string, condition: string | null, run: string | null): string {
  return withQuery(condition === null ? path('studies', study) : path('studies', study, condition), { run })
}

export function samplesPath(
  study: string,
  condition: string,
  query: Readonly<Record<'run' | 'axis' | 'suite' | 'show', string | null>> | { readonly run: string | null },
): string {
  return withQuery(path('studies', study, condition, 'samples'), query)
}

/** `a` and `b` as a comparison's address names them. */
export function comparePath(a: string | null, b: string | null): string {
  return withQuery('/compare', { a, b })
}

/** To the vector that a condition fitted, as the server takes it from the store. */
export function playgroundPath({ study, run }: StudyResult, condition: string, strength: number): string {
  return withQuery('/playground', { vectors: `${storedName({ study, run, condition })}@${strength}` })
}
