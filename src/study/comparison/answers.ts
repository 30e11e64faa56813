/** The answers of one side, suite by suite, each with the item it answers. */
import type { Item, Suite } from '../../measure/suites/index.ts'
import type { JudgedRecord } from '../../store/index.ts'
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
}

/** @param folder what relative paths of the study's own data start from */
export async function answersOf(
  { study, condition, result, store }: Side,
  folder: string,
  dataDir: string | undefined,
): Promise<Map<string, AnsweredSuite>> {
  const suites = await loadSuites(study, new Loader({ folder, dataDir }))
  const answered = new Map<string, AnsweredSuite>()
  for (const suite of suites) {
    const items = new Map(suite.items.map(item => [item.sample, item]))
    const answers = new Map<string, Answered>()
    const filter = { run: result.run, stage: 'measure', suite: suite.name, condition: condition.name } as const
    for await (const record of store.answers(filter)) {
      const item = items.get(record.sample)
      // Judged anew, both sides by the same rules.
      if (item !== undefined)
        answers.set(record.sample, { item, record: { ...record, judgement: judgementOf(record) } })
    }
    if (answers.size > 0) answered.set(suite.name, { suite, answers })
  }
  return answered
}

/** Whether the model was asked what the data says now: a file that was edited since gives other prompts the same names. */
export function isAsAsked({ item, record }: Answered): boolean {
  const text = item.kind === 'prose' ? item.text : item.request
  return squeezed(record.rendered).includes(squeezed(text))
}

/** Templates trim and wrap. */
function squeezed(text: string): string {
  return text.replaceAll(/\s+/g, '')
}
