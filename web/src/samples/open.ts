/** The answer that is open, as the address names it. */

export interface Open {
  readonly suite: string
  readonly sample: string
  /** Its place in the list when it was opened, from 0; null where the address does not say. */
  readonly row: number | null
}

/** Values for the address with no answer open. */
export const closed = { in: null, at: null, row: null }

/** Values for the address with this answer open. */
export function opened({ suite, sample }: Pick<Open, 'suite' | 'sample'>, row: number) {
  return { in: suite, at: sample, row: String(row) }
}

export function openOf({ searchParams }: URL): Open | null {
  const [suite, sample] = [searchParams.get('in'), searchParams.get('at')]
  if (suite === null || sample === null) return null
  const row = searchParams.get('row')
  return { suite, sample, row: row !== null && /^\d{1,9}$/.test(row) ? Number(row) : null }
}
