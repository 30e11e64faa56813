/**
 * Logs that `inspect view` of Inspect AI opens: one for each condition, in its JSON form of version 2
 * (https://inspect.aisi.org.uk/eval-logs.html; `inspect_ai.log.EvalLog`).
 */
import { hashOf } from '../hash.ts'
import type { ConditionResult, StudyResult, SuiteResult } from '../result.ts'
import type { Sample } from './sample.ts'
import { axes } from './words.ts'

export interface InspectLog {
  /** As Inspect names its files: time, task, id. */
  readonly name: string
  readonly text: AsyncIterable<string>
}

/** @param samples gives all pairs anew at each call, since a log holds one condition and pairs come suite by suite */
export function inspectLogs(
  result: StudyResult,
  samples: () => AsyncIterable<Sample> | Iterable<Sample>,
): readonly InspectLog[] {
  // A log says at its head how many samples it has; one look counts those of all.
  let counting: Promise<ReadonlyMap<string, number>> | undefined
  const counted = () => (counting ??= countSamples(samples()))
  return result.conditions
    .filter(({ role }) => role !== 'refit')
    .map(condition => {
      const id = hashOf([result.run, condition.name]).slice(0, 22)
      const time = result.time.started.slice(0, 19).replaceAll(':', '-')
      const task = `${result.study}-${condition.name}`.replaceAll(/[^a-zA-Z0-9-]+/g, '-')
      return {
        name: `${time}+00-00_${task}_${id}.json`,
        text: logText(result, condition, { id, task }, { counted, samples }),
      }
    })
}

interface Samples {
  /** How many there are of each condition. */
  counted(): Promise<ReadonlyMap<string, number>>
  samples(): AsyncIterable<Sample> | Iterable<Sample>
}

async function countSamples(samples: ReturnType<Samples['samples']>): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>()
  for await (const { condition } of samples) counts.set(condition, (counts.get(condition) ?? 0) + 1)
  return counts
}

async function* logText(
  result: StudyResult,
  condition: ConditionResult,
  names: { readonly id: string; readonly task: string },
  { counted, samples }: Samples,
): AsyncGenerator<string> {
  const of = sampleOwner(result, condition)
  const head = JSON.stringify(headOf(result, condition, names, (await counted()).get(of) ?? 0))
  yield `${head.slice(0, -1)},"samples":[`
  let written = 0
  for await (const sample of samples()) {
    if (sample.condition !== of) continue
    const text = JSON.stringify(sampleOf(sample, result, condition))
    yield written === 0 ? text : `,\n${text}`
    written += 1
  }
  yield ']}\n'
}

/** The unsteered answers stand beside those of every condition; a method has been asked everything. */
function sampleOwner({ conditions }: StudyResult, { role, name }: ConditionResult): string {
  if (role !== 'baseline') return name
  return (
    (conditions.find(one => one.role === 'method') ?? conditions.find(one => one.role !== 'baseline'))?.name ?? name
  )
}

function headOf(
  result: StudyResult,
  condition: ConditionResult,
  { id, task }: { readonly id: string; readonly task: string },
  samples: number,
): object {
  const suites = axes.flatMap(axis => condition.axes[axis].suites)
  return {
    version: 2,
    status: 'success',
    eval: {
      eval_id: id,
      run_id: result.run.slice(0, 22),
      task_id: hashOf([result.study, condition.name]).slice(0, 22),
      created: iso(result.time.started),
      task,
      task_version: 0,
      dataset: { name: result.study, samples, shuffled: false },
      model: `plimsoll/${result.model.name}`,
      config: {},
      packages: {},
      metadata: {
        tool: result.tool,
        labels: result.labels,
        condition: condition.name,
        description: condition.description,
        verdict: condition.verdict,
        sentence: condition.sentence,
        model: result.model,
        engine: result.engine,
      },
    },
    plan: { name: 'plan', steps: [], config: {} },
    results: {
      total_samples: samples,
      completed_samples: samples,
      scores: suites.map(suite => scoreOf(suite, condition)),
    },
    stats: { started_at: iso(result.time.started), completed_at: iso(result.time.finished), model_usage: {} },
  }
}

function scoreOf(suite: SuiteResult, { role }: ConditionResult): object {
  const metric = suite.kind === 'rate' ? 'rate' : 'perplexity'
  const value = role === 'baseline' ? suite.baseline : suite.steered
  const metrics = { [metric]: { name: metric, value }, change: { name: 'change', value: suite.change } }
  return {
    name: suite.suite,
    scorer: suite.property,
    params: {},
    metrics,
    metadata: { state: suite.state, why: suite.why },
  }
}

function sampleOf(sample: Sample, result: StudyResult, { role }: ConditionResult): object {
  const { baseline, steered, template, suite, axis, id, prompt, category, change, harmful } = sample
  const said = role === 'baseline' ? baseline : steered
  const input = template?.as ?? `${template?.before ?? ''}${prompt}${template?.after ?? ''}`
  const message = { role: 'assistant', content: said.text, source: 'generate' }
  return {
    id: `${suite}/${id}`,
    epoch: 1,
    input,
    target: '',
    messages: [{ role: 'user', content: input, source: 'input' }, message],
    output: {
      model: `plimsoll/${result.model.name}`,
      choices: [{ message, stop_reason: said.truncated ? 'max_tokens' : 'stop' }],
    },
    scores: {
      class: { value: said.class, explanation: said.evidence === '' ? said.rule : `${said.rule}: ${said.evidence}` },
      ...(role !== 'baseline' && { change: { value: change } }),
    },
    metadata: { axis, suite, template: template?.id ?? null, category: category ?? null, harmful },
  }
}

/** Inspect wants the zone said. */
function iso(time: string): string {
  return new Date(time).toISOString().replace('Z', '+00:00')
}
