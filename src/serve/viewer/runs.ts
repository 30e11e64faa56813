/** The runs of a store, with what each asked: read once, and kept while it is looked at. */

import type { Suite } from '../../measure/suites/index.ts'
import type { RunRow, Store } from '../../store/index.ts'
import { CHOICES } from '../../study/choice-judgement.ts'
import { askedSuites, changedRows } from '../../study/finished.ts'
import type { Plan } from '../../study/plan.ts'
import { isShown, type ShownItem, shownJudgement } from '../../study/samples.ts'
import { JUDGE, judgementsByPosition } from '../../study/work.ts'
import { Refusal } from '../http/refusal.ts'

export interface AskedRun {
  readonly run: RunRow
  /** Those with answers to look at. */
  readonly suites: readonly Suite[]
  readonly conditions: Plan['conditions']
  readonly baseline: string
  /** Of each suite, its rows by their names. */
  readonly items: ReadonlyMap<string, ReadonlyMap<string, ShownItem>>
  readonly note: string | null
}

/** Runs whose rows are kept at a time. */
const most = 4

export class Runs {
  readonly store: Store
  readonly #folder: string | undefined
  readonly #asked = new Map<string, Promise<AskedRun>>()
  readonly #judged = new Set<string>()
  /** Runs and conditions that are whole, all choices judged. */
  readonly #chosen = new Set<string>()

  /** @param folder what relative paths of a study's own data start from; default: where it lay */
  constructor(store: Store, folder?: string | undefined) {
    this.store = store
    this.#folder = folder
  }

  /** The newest finished run of a study, else its newest; or the one whose hash begins so. */
  async ofStudy(study: string, begins?: string): Promise<{ readonly run: RunRow; readonly all: readonly RunRow[] }> {
    const all = await this.store.runs(study)
    const run =
      begins === undefined
        ? (all.find(({ finished }) => finished !== null) ?? all[0])
        : all.find(({ hash }) => hash.startsWith(begins))
    if (run === undefined)
      throw new Refusal(404, `The store has no ${begins === undefined ? '' : 'such '}run of ${study}`)
    return { run, all }
  }

  async asked(hash: string): Promise<AskedRun> {
    const known = this.#asked.get(hash)
    if (known !== undefined) return known
    const reading = this.#read(hash)
    this.#asked.set(hash, reading)
    const [oldest] = this.#asked.keys()
    if (this.#asked.size > most && oldest !== undefined) this.#asked.delete(oldest)
    // What could not be read may be there the next time.
    reading.catch(() => this.#asked.delete(hash))
    return reading
  }

  async #read(hash: string): Promise<AskedRun> {
    const run = await this.store.run(hash)
    if (run === null) throw new Refusal(404, 'The store has no such run')
    const { suites: all, conditions, changed } = await askedSuites(this.store, run, this.#folder)
    const items = new Map(
      all.map(suite => [
        suite.name,
        new Map(suite.items.flatMap(item => (isShown(item) ? [[item.sample, item] as const] : []))),
      ]),
    )
    return {
      run,
      suites: all.filter(({ name, want }) => want !== null && (items.get(name)?.size ?? 0) > 0),
      conditions,
      baseline: conditions.find(({ role }) => role === 'baseline')?.name ?? 'baseline',
      items,
      note: changedRows(changed),
    }
  }

  /** Has the rules of this version judge what only another version has: classes are read from the store. */
  judge(asked: AskedRun, condition: string): Promise<void> {
    return this.#judge(asked, condition, asked.suites)
  }

  /** The same of choices alone: which was likeliest is nothing that a run keeps. */
  async judgeChoices(asked: AskedRun, condition: string): Promise<void> {
    const name = `${asked.run.hash} ${condition}`
    if (this.#chosen.has(name)) return
    await this.#judge(asked, condition, asked.suites.filter(hasChoices))
    if (asked.run.finished !== null) this.#chosen.add(name)
  }

  async #judge({ run, baseline, items }: AskedRun, condition: string, suites: readonly Suite[]): Promise<void> {
    if (suites.length === 0) return
    const bySuite = new Map(suites.map(suite => [suite.name, suite]))
    for (const use of await this.store.chunks(run.hash)) {
      const suite = bySuite.get(use.suite)
      if (suite === undefined || use.stage !== 'measure' || use.state !== 'done' || this.#judged.has(use.chunk))
        continue
      if (use.condition !== condition && use.condition !== baseline) continue
      for (const judge of hasChoices(suite) ? [CHOICES, JUDGE] : [JUDGE]) {
        const records = (await this.store.chunk(use.chunk, judge)) ?? []
        const judged = records.map(record => {
          const item = items.get(use.suite)?.get(record.sample)
          const own = (item?.kind === 'choice') === (judge === CHOICES)
          return { ...record, judgement: own ? shownJudgement(suite, item, record) : null }
        })
        if (records.some(({ judgement }, i) => judgement === null && judged[i]?.judgement != null))
          await this.store.saveJudgements(use.chunk, judge, judgementsByPosition(judged))
      }
      this.#judged.add(use.chunk)
    }
  }
}

function hasChoices({ items }: Suite): boolean {
  return items.some(({ kind }) => kind === 'choice')
}
