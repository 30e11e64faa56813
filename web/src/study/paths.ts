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
  query: Readonly<Record<'run' | 'axis' | 'show', string | null>> | { readonly run: string | null },
): string {
  return withQuery(path('studies', study, condition, 'samples'), query)
}

/** `a` and `b` as a comparison's address names them. */
export function comparePath(a: string | null, b: string | null): string {
  return withQuery('/compare', { a, b })
}
