/** Row by row beside lm-evaluation-harness: the same prompts, the same weights, and every row on which the two differ. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { z } from 'zod'
import { openModel } from '../../src/engine/open.ts'
import type { Model, OpenOptions } from '../../src/engine/types.ts'
import { judgeNumber } from '../../src/judge/index.ts'
import type { Item } from '../../src/measure/suites/index.ts'
import type { AnswerRecord } from '../../src/store/index.ts'
import { answerItems } from '../../src/study/answer.ts'
import { type Machine, thisMachine } from '../machine.ts'
import { divided, type Threads } from '../threads.ts'
import { type Difference, differenceOf, type OneSide } from './difference.ts'
import { HarnessRow } from './harness-row.ts'
import { type Compared, comparedRows, type Sizes } from './rows.ts'

const Harness = z.object({ versions: z.record(z.string(), z.string()), rows: z.array(HarnessRow) })

export interface SuiteAgreement {
  readonly suite: string
  readonly rows: number
  /** Rows whose prompt is the same to the letter, and whose prompt has the same tokens. */
  readonly samePrompt: number
  readonly sameTokens: number
  /** Share of rows that are right, by the harness. */
  readonly harness: number
  readonly files: readonly FileAgreement[]
  /** Word problems: rows on which both judge the harness's own text alike, of all. */
  readonly sameJudgement?: number
}

/** Plimsoll on one file of the weights. */
export interface FileAgreement {
  readonly file: string
  readonly right: number
  /** Rows that are right on both sides or wrong on both. */
  readonly sameOutcome: number
  /** Rows on which the same was chosen or written. */
  readonly sameAnswer: number
  /** Nats: the median and the largest difference of a log-likelihood. */
  readonly logLikelihood: { readonly median: number; readonly largest: number } | null
  readonly differences: readonly Difference[]
}

export interface Agreement extends Threads {
  readonly machine: Machine
  readonly model: string
  readonly versions: Readonly<Record<string, string>>
  readonly engine: string
  readonly seconds: { readonly harness: number; readonly plimsoll: number }
  readonly suites: readonly SuiteAgreement[]
}

export interface AgreementOptions extends Threads {
  readonly file: string
  readonly name: string
  /** A Python with what requirements.txt names. */
  readonly python: string | undefined
  readonly sizes: Sizes
  /** Of MMLU; all where none is named. */
  readonly subjects: readonly string[]
  readonly onProgress: (what: string) => void
}

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const tokens = 256

export async function agreementBenchmark(options: AgreementOptions): Promise<Agreement> {
  const { file, name, threads, engines, python, sizes, onProgress } = options
  if (python === undefined) throw new Error('Name a Python with lm-evaluation-harness: --python PROGRAM')
  const machine = thisMachine()
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-agreement-'))
  try {
    const compared = await comparedRows(sizes, folder, process.env.PLIMSOLL_DATA, options.subjects)
    onProgress('weights in single precision')
    const single = join(folder, 'single.gguf')
    await promisify(execFile)(python, [here('dequantise.py'), file, single])
    onProgress('lm-evaluation-harness')
    const began = performance.now()
    const harness = await askHarness(python, folder, { file, threads, tasks: compared.flatMap(({ tasks }) => tasks) })
    const between = performance.now()
    const exact: OpenOptions = { cache: 'f32', flashAttention: 'off', name: `${name}, single precision` }
    const asIs = await askPlimsoll(file, { ...divided(options), name }, compared, onProgress)
    const took = performance.now() - between
    const inSingle = await askPlimsoll(single, { ...divided(options), ...exact }, compared, onProgress)
    return {
      machine,
      model: basename(file),
      threads,
      engines,
      versions: harness.versions,
      engine: asIs.engine,
      seconds: { harness: Math.round((between - began) / 1000), plimsoll: Math.round(took / 1000) },
      suites: compared.map(one => agreementOf(one, harness.rows, [inSingle, asIs])),
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function askHarness(python: string, folder: string, job: object) {
  const path = join(folder, 'job.json')
  await writeFile(path, JSON.stringify(job))
  const out = join(folder, 'harness.json')
  // Nothing is fetched: model and rows are files, and the tasks come with the harness.
  const env = { ...process.env, HF_HUB_OFFLINE: '1', HF_DATASETS_CACHE: join(folder, 'datasets'), TQDM_DISABLE: '1' }
  await promisify(execFile)(python, [here('harness.py'), path, out], { env, maxBuffer: 2 ** 28 })
  return Harness.parse(JSON.parse(await readFile(out, 'utf8')))
}

interface Answered {
  readonly label: string
  readonly engine: string
  readonly records: ReadonlyMap<string, { readonly record: AnswerRecord; readonly tokens: readonly number[] }>
}

async function askPlimsoll(
  file: string,
  options: OpenOptions,
  compared: readonly Compared[],
  onProgress: (what: string) => void,
): Promise<Answered> {
  await using model = await openModel(file, options)
  const records = new Map<string, { record: AnswerRecord; tokens: readonly number[] }>()
  const asking = {
    model,
    steering: [],
    system: null,
    slots: 16,
    maxTokens: tokens,
    firstTokens: [],
    render: render(model),
  }
  for (const { suite } of compared) {
    onProgress(`${model.info.name}: ${suite.name}`)
    for (let from = 0; from < suite.items.length; from += 64) {
      const { records: made } = await answerItems(suite.items.slice(from, from + 64), asking)
      for (const record of made) {
        const { tokens } = await model.render({ raw: record.rendered })
        records.set(`${suite.name}/${record.sample}`, { record, tokens })
      }
    }
  }
  const { release, cpu } = model.info.engine
  return { label: model.info.name, engine: `llama.cpp ${release}, ${cpu}`, records }
}

const render = (model: Model) => async (prompt: Parameters<Model['render']>[0]) => (await model.render(prompt)).text

function agreementOf(
  { suite, tasks }: Compared,
  rows: readonly HarnessRow[],
  files: readonly Answered[],
): SuiteAgreement {
  const names = new Set(tasks.map(({ name }) => name))
  const theirs = new Map(rows.filter(({ task }) => names.has(task)).map(row => [row.id, row]))
  const all = suite.items.flatMap(item => {
    const row = theirs.get(item.sample)
    return row === undefined ? [] : [{ item, row }]
  })
  const [first] = files
  const ours = (item: Item, file: Answered | undefined) => file?.records.get(`${suite.name}/${item.sample}`)
  const prompts = all.map(({ item, row }) => ({ row, own: ours(item, first) }))
  const sides = files.map(file => ({
    label: file.label,
    sides: all.flatMap(({ item, row }): OneSide[] => {
      const own = ours(item, file)
      return own === undefined
        ? []
        : [{ item, row, record: own.record, sameTokens: own.tokens.join() === row.tokens.join() }]
    }),
  }))
  const judged = all.flatMap(({ item, row }) =>
    item.kind === 'problem' && row.text !== undefined
      ? [(judgeNumber(row.text, item.answer).class === 'right') === (row.exact_match === 1)]
      : [],
  )
  return {
    suite: suite.name,
    rows: all.length,
    samePrompt: prompts.filter(({ row, own }) => own?.record.rendered === row.prompt).length,
    sameTokens: prompts.filter(({ row, own }) => own?.tokens.join() === row.tokens.join()).length,
    harness: all.filter(({ row }) => isRight(row)).length / all.length,
    files: sides.map(({ label, sides: own }, i) => {
      const single = i === 0 ? [] : (sides[0]?.sides ?? [])
      return fileAgreement(label, own, new Map(single.map(one => [one.item.sample, one])))
    }),
    ...(judged.length > 0 && { sameJudgement: judged.filter(Boolean).length }),
  }
}

function isRight({ acc, acc_norm, exact_match }: HarnessRow): boolean {
  return (exact_match ?? acc_norm ?? acc) === 1
}

function fileAgreement(file: string, sides: readonly OneSide[], single: ReadonlyMap<string, OneSide>): FileAgreement {
  const found = sides.map(side => differenceOf(side, single.get(side.item.sample)))
  const gaps = sides
    .flatMap(({ row, record }) =>
      (row.logLikelihoods ?? []).map((theirs, i) =>
        Math.abs(theirs - (record.likelihoods?.[i]?.logLikelihood ?? Number.NaN)),
      ),
    )
    .sort((a, b) => a - b)
  return {
    file,
    right: found.filter(({ right }) => right).length / found.length,
    sameOutcome: found.filter(({ sameOutcome }) => sameOutcome).length,
    sameAnswer: found.filter(({ difference }) => difference === null).length,
    logLikelihood: gaps.length === 0 ? null : { median: gaps[gaps.length >> 1] ?? 0, largest: gaps.at(-1) ?? 0 },
    differences: found.flatMap(({ difference }) => difference ?? []),
  }
}
