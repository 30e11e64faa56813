/** Which rows of a suite a condition answers. */
import { createRandom } from '../data/index.ts'
import type { Item, Suite } from '../measure/suites/index.ts'
import type { RowsAsked } from './conditions.ts'
import { cellOf } from './draws.ts'

/** In the order of the suite, so that rows of one template still follow each other. */
export function rowsAsked(
  { name, items, draws }: Pick<Suite, 'name' | 'items' | 'draws'>,
  rows: RowsAsked | null,
  seed: number,
): readonly Item[] {
  // Of a row that is answered several times all answers are asked, or none.
  if (draws !== undefined && rows !== null) {
    const cells = [...Map.groupBy(items, cellOf).values()].flatMap(own => own.slice(0, 1))
    const most = Math.max(1, Math.floor(rows.most / draws))
    const asked = new Set(rowsAsked({ name, items: cells }, { ...rows, most }, seed).map(cellOf))
    return items.filter(item => asked.has(cellOf(item)))
  }
  if (rows === null || rows.most >= items.length) return items
  if (rows.of === 'first') return items.slice(0, rows.most)
  const random = createRandom(seed, `references ${name}`)
  return Array.from({ length: rows.most }, (_, i) => {
    const [from, to] = [i, i + 1].map(step => Math.floor((step * items.length) / rows.most))
    return items[(from ?? 0) + random.int((to ?? 1) - (from ?? 0))]
  }).flatMap(item => item ?? [])
}
