/** Answers of the model as it is, which other work builds on: kept under the baseline of the stage fit. */
import type { Item } from '../measure/suites/index.ts'
import type { Study } from './schema.ts'
import type { Judged, Work } from './work.ts'

/** @param suite heading under which they are kept */
export function askUnsteered(
  work: Work,
  { system, slots, chunk }: Pick<Study, 'system' | 'slots' | 'chunk'>,
  { suite, items, maxTokens }: { readonly suite: string; readonly items: readonly Item[]; readonly maxTokens: number },
  onRows: (rows: number) => void,
): Promise<Judged[]> {
  const setting = { steering: [], system, slots }
  return work.all({ stage: 'fit', condition: 'baseline', suite, items, setting, maxTokens, chunk }, onRows)
}
