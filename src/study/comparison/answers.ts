/** The answers of one side, suite by suite, each with the item it answers. */
import type { Item, Suite } from '../../measure/suites/index.ts'
import type { JudgedRecord } from '../../store/index.ts'
import { readAsked } from '../asked.ts'
import { folderOf } from '../folder.ts'
import { Loader } from '../rows.ts'
import { loadSuites } from '../suites.ts'
import { judgementOf } from '../work.ts'
import type { Side } from './side.ts'

export interface Answered {
  readonly item: Item
  readonly record: JudgedRecord
}

export interface AnsweredSuite {
  readonly suite: Suite
  /** By the item's name within the suite, which holds the template of a grid. */
  readonly answers: ReadonlyMap<string, Answered>
  /** Names of rows that were answered and have another text in the data now, or are gone from it. */
  readonly stale: ReadonlySet<string>
}

/** @param given what relative paths of the study's own data start from; default: where it lay */
export async function answersOf(
  { study, condition, result, store }: Side,
  given: string | undefined,
  dataDir: string | undefined,
): Promise<Map<string, AnsweredSuite>> {
  const folder = await folderOf(store, result.run, given)
  const suites = await loadSuites(study, new Loader({ folder, dataDir }))
  const asked = await readAsked(store, result.run)
  const found = new Map<string, { suite: Suite; all: Map<string, Answered>; gone: Set<string> }>()
  for (const suite of suites) {
    const items = new Map(suite.items.map(item => [item.sample, item]))
    const [all, gone] = [new Map<string, Answered>(), new Set<string>()]
    const filter = { run: result.run, stage: 'measure', suite: suite.name, condition: condition.name } as const
    for await (const record of store.answers(filter)) {
      const item = items.get(record.sample)
      // Judged anew, both sides by the same rules.
      if (item === undefined) gone.add(record.sample)
      else all.set(record.sample, { item, record: { ...record, judgement: judgementOf(record, item) } })
    }
    if (all.size + gone.size > 0) found.set(suite.name, { suite, all, gone })
  }
  const guess = sameFrame([...found.values()].flatMap(({ all }) => [...all.values()]))
  const isAsAsked = (name: string, one: Answered) => (asked === null ? guess(one) : asked.has(name, one.item))
  return new Map(
    [...found].map(([name, { suite, all, gone }]) => {
      const answers = new Map([...all].filter(([, one]) => isAsAsked(name, one)))
      const stale = new Set([...gone, ...[...all.keys()].filter(sample => !answers.has(sample))])
      return [name, { suite, answers, stale }]
    }),
  )
}

/**
 * For runs that kept no record of what they asked. A chat template puts as much around one request of a condition as
 * around another, so where more stands around a text, the model was asked something longer.
 */
function sameFrame(all: readonly Answered[]): (one: Answered) => boolean {
  const chats = all.filter(({ item }) => item.kind !== 'prose')
  const least = chats.map(around).reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  return one => Number.isFinite(around(one)) && around(one) === (one.item.kind === 'prose' ? 0 : least)
}

/** How many characters stand around the text in what the model saw, spaces not counted, since templates trim; infinite where the text is not there. */
function around({ item, record }: Answered): number {
  const [whole, text] = [squeezed(record.rendered), squeezed(item.kind === 'prose' ? item.text : item.request)]
  return whole.includes(text) ? whole.length - text.length : Number.POSITIVE_INFINITY
}

function squeezed(text: string): string {
  return text.replaceAll(/\s+/g, '')
}
