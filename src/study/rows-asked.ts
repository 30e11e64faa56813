/** Which rows of a suite a condition answers. */
import { createRandom } from '../data/index.ts'
import type { Item, Suite } from '../measure/suites/index.ts'
import type { RowsAsked } from './conditions.ts'

/** In the order of the suite, so that rows of one template still follow each other. */
export function rowsAsked(
  { name, items }: Pick<Suite, 'name' | 'items'>,
  rows: RowsAsked | null,
  seed: number,
): readonly Item[] {
  if (rows === null || rows.most >= items.length) return items
  if (rows.of === 'first') return items.slice(0, rows.most)
  const random = createRandom(seed, `references ${name}`)
  return Array.from({ length: rows.most }, (_, i) => {
    const [from, to] = [i, i + 1].map(step => Math.floor((step * items.length) / rows.most))
    return items[(from ?? 0) + random.int((to ?? 1) - (from ?? 0))]
  }).flatMap(item => item ?? [])
}
