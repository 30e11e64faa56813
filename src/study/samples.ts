/** The answers of a run as a report shows them: each beside the baseline's. */
import type { AnswerItem, ChoiceItem, Item, ProblemItem, Suite, WrappedRequest } from '../measure/suites/index.ts'
import type { JudgedRecord, Store } from '../store/index.ts'
import { choiceJudgement } from './choice-judgement.ts'
import { isDegenerate, outcomeOf } from './outcome.ts'
import type { Plan } from './plan.ts'
import type { Sample, SampleAnswer, SampleChange } from './report/sample.ts'
import { judgementOf } from './work.ts'

/** Every answer in words under every condition but the baseline, suite by suite. */
export async function* samplesOf(store: Store, run: string, plan: Plan): AsyncGenerator<Sample> {
  for (const suite of plan.suites) {
    const items = new Map(suite.items.flatMap(item => (isWritten(item) ? [[item.sample, item] as const] : [])))
    if (items.size === 0) continue
    const filter = { run, stage: 'measure', suite: suite.name } as const
    const baseline = new Map<string, JudgedRecord>()
    for (const { name, role } of plan.conditions) {
      for await (const stored of store.answers({ ...filter, condition: name })) {
        // Judged anew, as the result is: the store may hold what an earlier version of the rules said.
        const record = { ...stored, judgement: judgementOf(stored, items.get(stored.sample)) }
        if (role === 'baseline') baseline.set(record.sample, record)
        const [item, before] = [items.get(record.sample), baseline.get(record.sample)]
        if (role !== 'baseline' && item !== undefined && before !== undefined)
          yield sampleOf(suite, item, name, before, record)
      }
    }
  }
}

/** Whether it is answered in words. */
export function isWritten(item: Item): item is AnswerItem | ProblemItem {
  return item.kind === 'answer' || item.kind === 'problem'
}

/** Whether there is an answer to look at: in words, or one of choices. */
export function isShown(item: Item): item is ShownItem {
  return isWritten(item) || item.kind === 'choice'
}

export type ShownItem = AnswerItem | ProblemItem | ChoiceItem

/** What is shown of an answer: what the rules say of words, or which choice was likeliest. */
export function shownJudgement(
  suite: Pick<Suite, 'want'>,
  item: ShownItem | undefined,
  record: JudgedRecord,
): JudgedRecord['judgement'] {
  return item?.kind === 'choice' ? choiceJudgement(suite, item, record) : judgementOf(record, item)
}

/** One answer beside the baseline's; null where a side is not there yet, or the row has no answer to look at. */
export async function sampleAt(
  store: Store,
  run: string,
  plan: Pick<Plan, 'suites' | 'conditions'>,
  row: Readonly<{ condition: string; suite: string; sample: string }>,
): Promise<{ readonly sample: Sample; readonly at: Pick<JudgedRecord, 'chunk' | 'position'> } | null> {
  const suite = plan.suites.find(({ name }) => name === row.suite)
  const item = suite?.items.find(({ sample }) => sample === row.sample)
  if (suite === undefined || item === undefined || !isShown(item)) return null
  const baseline = plan.conditions.find(({ role }) => role === 'baseline')?.name ?? 'baseline'
  const [before, after] = [
    await recordAt(store, run, { ...row, condition: baseline }, suite, item),
    await recordAt(store, run, row, suite, item),
  ]
  if (before === null || after === null) return null
  const { chunk, position } = after
  return { sample: sampleOf(suite, item, row.condition, before, after), at: { chunk, position } }
}

async function recordAt(
  store: Store,
  run: string,
  row: Readonly<{ condition: string; suite: string; sample: string }>,
  suite: Suite,
  item: ShownItem,
): Promise<JudgedRecord | null> {
  const at = await store.locate(run, row)
  const record = at === null ? undefined : (await store.chunk(at.chunk))?.[at.position]
  return record === undefined ? null : { ...record, judgement: shownJudgement(suite, item, record) }
}

function sampleOf(suite: Suite, item: ShownItem, condition: string, before: JudgedRecord, after: JudgedRecord): Sample {
  const wrapped = item.kind === 'answer' ? item.wrapped : undefined
  return {
    suite: suite.name,
    axis: suite.axis,
    id: item.sample,
    prompt: item.kind === 'problem' ? item.question : (wrapped?.prompt ?? item.request),
    template: wrapped && templateOf(item.clusters.template ?? '', wrapped),
    category: item.category,
    harmful: suite.harmful,
    condition,
    baseline: answerOf(before),
    steered: answerOf(after),
    change: changeOf(suite, item, before, after),
  }
}

function templateOf(id: string, { before, after, as }: WrappedRequest): Sample['template'] {
  return { id, before, after, ...(as !== undefined && { as }) }
}

function answerOf({ answer, finish, judgement }: JudgedRecord): SampleAnswer {
  const { class: said, rule, evidence } = judgement ?? { class: 'unscored', rule: 'not judged', evidence: '' }
  return { text: answer, class: said, rule, evidence, truncated: finish === 'length' }
}

/** Degenerate answers have neither the property nor lack it, so what became of it cannot be said. */
function changeOf(suite: Suite, item: ShownItem, before: JudgedRecord, after: JudgedRecord): SampleChange {
  const [had, has] = [before, after].map(record => (isDegenerate(record) ? null : outcomeOf(suite, item, record)))
  if (had === undefined || had === null || has === undefined || has === null) return 'unscored'
  return had === has ? 'same' : had ? 'lost' : 'gained'
}
