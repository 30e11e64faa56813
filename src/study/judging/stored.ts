/** The answers of a finished run as the store has them, judged by the rules of this version. */
import type { RunRow, Store } from '../../store/index.ts'
import type { Measured } from '../measure.ts'
import type { Plan } from '../plan.ts'
import { type Judged, judgementOf, openingsScorer } from '../work.ts'

/** @param openings tokens whose log-odds are wanted beside the rules */
export async function storedAnswers(
  store: Store,
  { hash }: Pick<RunRow, 'hash'>,
  { suites, conditions }: Plan,
  openings: readonly number[],
): Promise<Measured> {
  const measured = new Map<string, ReadonlyMap<string, readonly Judged[]>>()
  const scorer = openingsScorer(openings)
  for (const suite of suites) {
    const answers = new Map<string, readonly Judged[]>()
    const items = new Map(suite.items.map(item => [item.sample, item]))
    for (const { name } of conditions) {
      const records: Judged[] = []
      const odds = new Map<string, Awaited<ReturnType<Store['scores']>>>()
      for await (const record of store.answers({ run: hash, stage: 'measure', condition: name, suite: suite.name })) {
        let scores = odds.get(record.chunk)
        if (scores === undefined) {
          scores = await store.scores(record.chunk, scorer)
          odds.set(record.chunk, scores)
        }
        const logOdds = scores.get(record.position)?.value ?? null
        records.push({ ...record, judgement: judgementOf(record, items.get(record.sample)), logOdds })
      }
      answers.set(name, records)
    }
    measured.set(suite.name, answers)
  }
  return measured
}
