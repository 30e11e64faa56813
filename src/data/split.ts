import { PlimsollError } from '../errors.ts'
import { createRandom, type Random, shuffle } from '../random.ts'

/** What rows are used for; a row is in one of them at most. */
export type SplitName = 'fit' | 'select' | 'test'

interface Poolable {
  readonly id: string
  readonly category?: string | undefined
}

/**
 * Splits a pool into fit, select and test by a seed, each with every category in the pool's proportion (to within a row
 * or so). `sizes` are numbers of rows; a split left out is empty. The outcome depends on the rows' ids, not on their order.
 * `invalid-input` where the pool is too small.
 */
export function splitPool<Row extends Poolable>(
  pool: readonly Row[],
  sizes: Readonly<Partial<Record<SplitName, number>>>,
  seed: number,
): Record<SplitName, Row[]> {
  const { fit = 0, select = 0, test = 0 } = sizes
  const wanted = fit + select + test
  if (wanted > pool.length) {
    throw new PlimsollError('invalid-input', 'A pool of rows is too small for its splits', {
      found: `${pool.length} rows`,
      expected: `${wanted}: fit ${fit}, select ${select}, test ${test}`,
      fix: 'Lower the sizes, or add a data set to the pool.',
    })
  }
  const rows = stratifiedOrder(pool, createRandom(seed, 'split'))
  return {
    fit: rows.slice(0, fit),
    select: rows.slice(fit, fit + select),
    test: rows.slice(fit + select, wanted),
  }
}

/**
 * `n` rows drawn without replacement, stratified by category: what a seed of a study resamples its contrast set with.
 * All rows where the pool has no more than `n`.
 */
export function resample<Row extends Poolable>(pool: readonly Row[], n: number, seed: number): Row[] {
  return stratifiedOrder(pool, createRandom(seed, 'resample')).slice(0, n)
}

/**
 * An order of which every stretch holds the categories in the pool's proportion: a category's rows, shuffled, are spread
 * evenly over [0, 1) from an offset drawn for it (systematic sampling), so that a category of one row may come anywhere.
 */
function stratifiedOrder<Row extends Poolable>(pool: readonly Row[], random: Random): Row[] {
  const sorted = [...pool].sort((a, b) => compare(a.id, b.id))
  const categories = Map.groupBy(sorted, row => row.category ?? '')
  return [...categories.entries()]
    .sort(([a], [b]) => compare(a, b))
    .flatMap(([, rows]) => {
      const offset = random.next()
      return shuffle(rows, random).map((row, rank) => ({ row, at: (rank + offset) / rows.length, tie: random.next() }))
    })
    .sort((a, b) => a.at - b.at || a.tie - b.tie)
    .map(({ row }) => row)
}

/** By code unit: the same everywhere, which a locale's order is not. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
