/** What a study costs beside its answers: its tokens per second against the engine's own, and whether its estimate holds. */

import { openModel } from '../../src/engine/open.ts'
import type { Model } from '../../src/engine/types.ts'
import type { Progress } from '../../src/progress.ts'
import { openStore, type Store } from '../../src/store/index.ts'
import { chat } from '../../src/study/chat.ts'
import { estimate } from '../../src/study/estimate.ts'
import { type Plan, planStudy, runStudy } from '../../src/study/index.ts'
import { type Machine, machineLine, thisMachine } from '../machine.ts'

export interface StudyBenchmark {
  readonly machine: Machine
  readonly model: string
  readonly threads: number
  /** Most rows of any suite. */
  readonly limit: number
  readonly tokens: number
  /** Generated tokens per second: of the study's measuring, and of the engine with the same prompts and nothing else. */
  readonly tokensPerSecond: { readonly study: number; readonly engine: number }
  readonly ratio: number
  /** Seconds of the whole study: as told before it, and as it took. */
  readonly seconds: { readonly told: number; readonly took: number }
  readonly aims: readonly {
    readonly what: string
    readonly aim: string
    readonly measured: number
    readonly reached: boolean
  }[]
}

export interface StudyBenchmarkOptions {
  readonly file: string
  readonly name: string
  readonly threads: number
  readonly study: string
  readonly limit: number
  readonly onProgress: (what: string) => void
}

const leastRatio = 0.85
const mostOff = 0.25

export async function studyBenchmark(options: StudyBenchmarkOptions): Promise<StudyBenchmark> {
  const { file, name, threads, study, limit, onProgress } = options
  const machine = thisMachine()
  await using model = await openModel(file, { name, threads })
  await using store = await openStore(':memory:')
  // Only suites that are answered in words: others generate no tokens.
  const plan = await planStudy({ study, name: 'benchmark', model: file, limit, measure: { general: [] } })
  onProgress('estimate')
  const told = (await estimate(model, plan)).seconds
  onProgress('the engine alone, before')
  const before = await engineRate(model, plan)
  onProgress('study')
  const began = performance.now()
  const measuring = { from: 0, to: 0 }
  const watch = ({ stage }: Progress) => {
    if (stage !== 'measure') measuring.from = performance.now()
    measuring.to = performance.now()
  }
  const { result } = await runStudy(plan, { model, store, onProgress: watch })
  const took = (performance.now() - began) / 1000
  const tokens = await tokensOf(store, result.run, plan)
  onProgress('the engine alone, after')
  const after = await engineRate(model, plan)
  const ofStudy = tokens / ((measuring.to - measuring.from) / 1000)
  // Before and after, since other programs come and go on a machine that is shared.
  const ofEngine = (before.tokens + after.tokens) / (before.seconds + after.seconds)
  const ratio = ofStudy / ofEngine
  const off = Math.abs(told - took) / took
  return {
    machine,
    model: name,
    threads,
    limit,
    tokens,
    tokensPerSecond: { study: ofStudy, engine: ofEngine },
    ratio,
    seconds: { told, took },
    aims: [
      { what: 'ratio', aim: `at least ${leastRatio}`, measured: ratio, reached: ratio >= leastRatio },
      { what: 'estimate', aim: `within ${100 * mostOff} %`, measured: told / took, reached: off <= mostOff },
    ],
  }
}

async function tokensOf(store: Store, run: string, plan: Plan): Promise<number> {
  let tokens = 0
  for (const { name } of plan.conditions)
    for await (const record of store.answers({ run, stage: 'measure', condition: name })) tokens += record.tokens.length
  return tokens
}

/** The prompts that the study measures, as many at a time as it has in a chunk. */
async function engineRate(model: Model, { suites, study }: Plan) {
  const requests = suites.flatMap(suite => suite.items.flatMap(item => (item.kind === 'answer' ? [item.request] : [])))
  let tokens = 0
  const began = performance.now()
  for (let start = 0; start < requests.length; start += study.chunk) {
    const prompts = requests.slice(start, start + study.chunk).map(request => chat(request, study.system))
    const answers = await model.generate(prompts, { slots: study.slots, maxTokens: study.generation.maxTokens })
    tokens += answers.reduce((sum, answer) => sum + answer.tokens.length, 0)
  }
  return { tokens, seconds: (performance.now() - began) / 1000 }
}

export function studyTable(found: StudyBenchmark): string {
  const { machine, tokensPerSecond, seconds } = found
  return [
    machineLine(machine),
    `${found.model}, ${found.threads} threads, at most ${found.limit} rows a suite, ${found.tokens} tokens generated while measuring.`,
    `The study generates ${tokensPerSecond.study.toFixed(1)} tokens per second, the engine alone ${tokensPerSecond.engine.toFixed(1)}. It was told to take ${Math.round(seconds.told)} s and took ${Math.round(seconds.took)} s.`,
    '',
    '| aim | | measured | |',
    '|---|---|--:|---|',
    ...found.aims.map(
      ({ what, aim, measured, reached }) =>
        `| ${what} | ${aim} | ${measured.toFixed(3)} | ${reached ? 'reached' : 'missed'} |`,
    ),
  ].join('\n')
}
