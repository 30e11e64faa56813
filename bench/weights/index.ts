/** What the type of a model's weights costs: the same model as its file has it and in the types that Plimsoll writes. */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openModel } from '../../src/engine/open.ts'
import { quantiseModel } from '../../src/engine/quantise/index.ts'
import { weightTypes } from '../../src/engine/quantise/job.ts'
import type { Model } from '../../src/engine/types.ts'
import { meanKl } from '../../src/study/match-kl.ts'
import { middleOf, prompts } from '../fit/job.ts'
import { type Machine, thisMachine } from '../machine.ts'
import { type Median, medianOf, timed } from '../repeat.ts'

export interface WeightsBenchmarkOptions {
  readonly file: string
  readonly name: string
  readonly threads: number
  /** Measurements of each kind; the files take turns. */
  readonly turns: number
  readonly onProgress: (what: string) => void
}

/** What is timed, as a reader calls it. */
const jobs = {
  'states of 64 short prompts': async model => {
    const where = { layers: [middleOf(model)], tokens: { phase: 'prompt', last: 1 } } as const
    await model.capture(prompts(64, 'short'), where)
  },
  'reading 16 prompts of 8 sentences': async model => {
    await model.generate(
      Array.from({ length: 16 }, (_, i) => prompts(8, `number-${i}`).join(' ')),
      { maxTokens: 1 },
    )
  },
  'one answer of 64 tokens': async model => {
    await model.generate(prompts(1, 'quick'), { maxTokens: 64 })
  },
  '16 answers of 48 tokens at once': async model => {
    await model.generate(prompts(16, 'quick'), { maxTokens: 48, slots: 16 })
  },
} as const satisfies Record<string, (model: Model) => Promise<void>>
type Job = keyof typeof jobs
const jobNames = Object.keys(jobs) as Job[]

/** Prompts whose first token is foretold by each file. */
const foretold = 64

export interface WeightsRow {
  /** The file's own type, or the one it was written in. */
  readonly type: string
  readonly bytes: number
  readonly seconds: Readonly<Record<Job, Median>>
  /** Of the file as it is, in the same turn; above 1: faster than it. */
  readonly faster: Readonly<Record<Job, Median>>
  /** KL(as it is ‖ as written) of the first token, in nats, over the whole vocabulary: mean and greatest over prompts. */
  readonly divergence: { readonly mean: number; readonly most: number }
  /** Share of the prompts whose likeliest first token is the same. */
  readonly sameFirst: number
}

export interface WeightsBenchmark {
  readonly machine: Machine
  readonly model: string
  readonly threads: number
  readonly turns: number
  readonly rows: readonly WeightsRow[]
}

export async function weightsBenchmark(options: WeightsBenchmarkOptions): Promise<WeightsBenchmark> {
  const machine = thisMachine()
  const { file, name, threads, turns, onProgress } = options
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-weights-'))
  try {
    const files = [file]
    for (const type of weightTypes) {
      onProgress(`write ${type}`)
      const written = join(folder, `${type}.gguf`)
      await quantiseModel(file, written, { type })
      files.push(written)
    }
    const seconds = files.map(
      () => Object.fromEntries(jobNames.map(job => [job, [] as number[]])) as Record<Job, number[]>,
    )
    const first: Float64Array[][] = []
    const types: string[] = []
    for (let turn = 0; turn < turns; turn++) {
      onProgress(`turn ${turn + 1} of ${turns}`)
      for (const [i, path] of files.entries()) {
        await using model = await openModel(path, { threads })
        await model.generate(['Hello'], { maxTokens: 2 })
        for (const job of jobNames) seconds[i]?.[job].push(await timed(() => jobs[job](model)))
        if (turn > 0) continue
        types.push(model.info.quantisation)
        first.push(await firstTokens(model))
      }
    }
    const [asItIs = [], base] = [first[0], seconds[0]]
    const rows = files.map((path, i): WeightsRow => {
      const own = seconds[i]
      const of = (value: (job: Job) => Median) =>
        Object.fromEntries(jobNames.map(job => [job, value(job)])) as Record<Job, Median>
      return {
        type: types[i] ?? '',
        bytes: statSync(path).size,
        seconds: of(job => medianOf(own?.[job] ?? [])),
        faster: of(job => medianOf((base?.[job] ?? []).map((value, turn) => value / (own?.[job][turn] ?? Number.NaN)))),
        ...apart(asItIs, first[i] ?? []),
      }
    })
    return { machine, model: name, threads, turns, rows }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Log-probabilities of the whole vocabulary. */
async function firstTokens(model: Model): Promise<Float64Array[]> {
  const vocabulary = Array.from({ length: model.info.vocabulary }, (_, token) => token)
  return model.firstToken(prompts(foretold, 'new'), vocabulary)
}

function apart(asItIs: readonly Float64Array[], written: readonly Float64Array[]) {
  const divergences = asItIs.map((log, i) => meanKl([log], written.slice(i, i + 1)))
  const likeliest = (log: Float64Array) => log.indexOf(log.reduce((most, value) => Math.max(most, value)))
  const same = asItIs.filter((log, i) => likeliest(log) === likeliest(written[i] ?? log)).length
  return {
    divergence: { mean: meanKl(asItIs, written), most: Math.max(...divergences) },
    sameFirst: same / asItIs.length,
  }
}
