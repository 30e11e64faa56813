/** Draws the questions of a study of faithfulness. */
import { type ConflictRow, createRandom, normaliseText, shuffle } from '../../data/index.ts'
import type { Loader } from '../rows.ts'
import { nameOf } from '../rows.ts'
import type { Ref } from '../schema.ts'

/** In an order drawn by the seed, one row a question: a suite that asks fewer asks the first of them. */
export async function drawConflicts(loader: Loader, ref: Ref, seed: number): Promise<ConflictRow[]> {
  const rows = await loader.conflicts(ref)
  const from = nameOf(ref)
  const once = oneOfEach(shuffle(rows, createRandom(seed, `draw ${from}`)), row => normaliseText(row.question))
  const repeats = rows.length - once.length
  if (repeats > 0) loader.tell([{ from, rows: repeats, why: 'asks what another row asks, with another passage' }])
  return once
}

function oneOfEach<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Row[] {
  return [...new Map(rows.toReversed().map(row => [keyOf(row), row])).values()].reverse()
}
