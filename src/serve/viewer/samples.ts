/** The answers of a run: counted, listed a page at a time, and one by one beside the baseline's. */
import { z } from 'zod'
import { type AskedOf, askedOf, labelKeys } from '../../judge/labels.ts'
import type { BrowseFilter, BrowseTally, BrowseView } from '../../store/index.ts'
import { CHOICES } from '../../study/choice-judgement.ts'
import { isResult } from '../../study/is-result.ts'
import { type ShownItem, sampleAt } from '../../study/samples.ts'
import { JUDGE } from '../../study/work.ts'
import { Refusal } from '../http/refusal.ts'
import type { AskedRun, Runs } from './runs.ts'
import { storedName } from './stored-name.ts'
import {
  Change,
  LabelClass,
  type LabelGiven,
  type SamplePage,
  type SampleRow,
  type SampleView,
  type Tallies,
} from './wire.ts'

const Words = z.string().min(1).max(400)
export const Viewed = z.object({ condition: Words, text: Words.optional(), template: Words.optional() })
export const Listed = Viewed.extend({
  axis: z.enum(['efficacy', 'general', 'control', 'robustness']).optional(),
  suite: Words.optional(),
  change: Change.optional(),
  class: Words.optional(),
  labelled: z.enum(['yes', 'no']).optional(),
  offset: z.coerce.number().int().min(0).max(1e9).default(0),
  limit: z.coerce.number().int().min(1).max(200).default(100),
})
export const Row = z.object({ condition: Words, suite: Words, sample: Words })

function viewOf({ run, suites, baseline }: AskedRun, { condition, ...view }: z.output<typeof Viewed>): BrowseView {
  const wants = new Map(suites.map(({ name, want }) => [name, want ?? '']))
  return {
    run: run.hash,
    condition,
    baseline,
    judges: [JUDGE, CHOICES],
    wants,
    text: view.text,
    template: view.template,
  }
}

/** Of all suites of the view, so that every filter can say how many it would leave. */
export async function tallies(runs: Runs, hash: string, query: z.output<typeof Viewed>): Promise<Tallies> {
  const asked = await runs.asked(hash)
  if (asked.suites.length === 0) return { tallies: [], templates: [], note: asked.note }
  const axisOf = new Map(asked.suites.map(({ name, axis }) => [name, axis]))
  return {
    tallies: (await counted(runs, asked, query)).map(one => ({ ...one, axis: axisOf.get(one.suite) ?? 'efficacy' })),
    templates: templatesOf(asked),
    note: asked.note,
  }
}

async function counted(runs: Runs, asked: AskedRun, query: z.output<typeof Viewed>): Promise<BrowseTally[]> {
  const view = viewOf(asked, query)
  await runs.judgeChoices(asked, query.condition)
  const found = await runs.store.tally(view)
  if (!found.some(one => one.class === null)) return found
  await runs.judge(asked, query.condition)
  return runs.store.tally(view)
}

export async function samplePage(runs: Runs, hash: string, query: z.output<typeof Listed>): Promise<SamplePage> {
  const asked = await runs.asked(hash)
  const { axis, suite, change, class: judged, labelled, offset, limit } = query
  const suites = asked.suites
    .filter(one => (axis === undefined || one.axis === axis) && (suite === undefined || one.name === suite))
    .map(({ name }) => name)
  if (suites.length === 0) return { offset, rows: [] }
  await runs.judgeChoices(asked, query.condition)
  const filter: BrowseFilter = {
    suites,
    change,
    class: judged,
    labelled: labelled === undefined ? undefined : labelled === 'yes',
  }
  const found = await runs.store.browse(viewOf(asked, query), filter, { offset, limit })
  const rows = found.map(
    ({ suite: name, sample, change: became, before, class: after, label, rendered }): SampleRow => {
      const item = asked.items.get(name)?.get(sample)
      return {
        suite: name,
        sample,
        change: became,
        before,
        after,
        label,
        prompt: excerpt(item === undefined ? rendered : requestOf(item)),
        template: item?.clusters.template ?? null,
        category: item?.category ?? null,
      }
    },
  )
  return { offset, rows }
}

export async function sampleView(runs: Runs, hash: string, row: z.output<typeof Row>): Promise<SampleView> {
  const asked = await runs.asked(hash)
  const found = await sampleAt(runs.store, hash, asked, row)
  if (found === null) throw new Refusal(404, `${row.condition} has no answer to ${row.sample} of ${row.suite}`)
  const { sample, at } = found
  const labels = await runs.store.labels(hash)
  const label = labels.find(({ chunk, position }) => chunk === at.chunk && position === at.position)
  return {
    ...sample,
    ...at,
    template: sample.template ?? null,
    category: sample.category ?? null,
    property: asked.suites.find(({ name }) => name === row.suite)?.property ?? '',
    label: label === undefined ? null : LabelClass.parse(label.class),
    judge: JUDGE,
    asks: asksOf(asked, row.suite, row.sample),
    again: againOf(asked, row),
  }
}

function asksOf({ items }: AskedRun, suite: string, sample: string): AskedOf | null {
  const item = items.get(suite)?.get(sample)
  return item?.kind === 'answer' ? askedOf(item.answers) : null
}

function againOf({ run, items }: AskedRun, { condition, suite, sample }: z.output<typeof Row>): SampleView['again'] {
  const item = items.get(suite)?.get(sample)
  if (!isResult(run.result) || item?.kind !== 'answer' || item.turns || item.prefill || item.draw) return null
  const { study, conditions, model } = run.result
  const steered = conditions.find(({ name, role }) => name === condition && role === 'method')
  if (steered == null || steered.strength === null) return null
  return {
    prompt: item.request,
    system: item.system ?? model.system,
    vector: storedName({ study, run: run.hash, condition }),
    strength: steered.strength,
  }
}

/** Only answers of the run can be labelled. Whoever looks through answers picks them: they are no random sample. */
export async function relabel(runs: Runs, hash: string, { chunk, position, class: said }: LabelGiven): Promise<void> {
  const use = (await runs.store.chunks(hash)).find(one => one.chunk === chunk && one.stage === 'measure')
  const record = use === undefined ? undefined : (await runs.store.chunk(chunk))?.[position]
  if (use === undefined || record?.finish == null) throw new Refusal(404, 'The run has no such answer in words')
  const asks = asksOf(await runs.asked(hash), use.suite, record.sample)
  const classes = asks === null ? [] : labelKeys[asks].map(({ label }) => label)
  if (said !== null && asks !== null && !classes.includes(said))
    throw new Refusal(400, `This answer is ${classes.join(', ')}; it cannot be called ${said}`)
  if (said === null) await runs.store.removeLabel(hash, { chunk, position })
  else await runs.store.saveLabel(hash, { chunk, position, class: said, how: 'chosen' })
}

function templatesOf({ items }: AskedRun): string[] {
  const all = [...items.values()].flatMap(rows => [...rows.values()].flatMap(({ clusters }) => clusters.template ?? []))
  return [...new Set(all)].toSorted()
}

function requestOf(item: ShownItem): string {
  switch (item.kind) {
    case 'problem':
      return item.question
    case 'choice':
      // Examples come first.
      return item.request.trimEnd().split('\n\n').at(-1) ?? item.request
    case 'answer':
      return item.wrapped?.prompt ?? item.request
  }
}

function excerpt(text: string): string {
  return text.trimStart().slice(0, 240).replaceAll(/\s+/g, ' ').trimEnd().toWellFormed()
}
