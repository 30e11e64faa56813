/** Fitting in Plimsoll and in Python, from the same weights and tokens; everybody takes turns in one run. */
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { Contestant } from '../peers/contestant.ts'
import { PLIMSOLL } from '../peers/index.ts'
import { type Median, medianOf } from '../repeat.ts'
import type { Threads } from '../threads.ts'
import { type FitJob, fitJobFor } from './job.ts'

const jobNames = ['diffmean', 'ssv'] as const
export type JobName = (typeof jobNames)[number]

const FitTurn = z.object({
  /** From the prompts to the vector, the model being open. */
  seconds: z.number(),
  /** Of any length. */
  vector: z.array(z.number()),
})
export type FitTurn = z.infer<typeof FitTurn>

export interface FitCompared {
  readonly seconds: Median
  /** Their seconds as a multiple of Plimsoll's, in the same turn. */
  readonly plimsollIsFaster?: Median
  /** Bytes at the most: when the model was open, and in all. Of a process that did nothing else. */
  readonly memory: { readonly opened: number; readonly peak: number }
  /** Of its vector with Plimsoll's: whether everybody did the same. */
  readonly cosine?: number
}

export interface FitPeers {
  readonly turns: number
  readonly steps: number
  /** By job, by name of the contestant. */
  readonly jobs: Readonly<Record<JobName, Readonly<Record<string, FitCompared>>>>
}

export interface FitPeersOptions extends Threads {
  readonly file: string
  readonly turns: number
  readonly pairs: number
  /** A Python with what requirements.txt names; without it Plimsoll takes its turns alone. */
  readonly python: string | undefined
  readonly dtypes: readonly string[]
  readonly onProgress: (what: string) => void
}

export async function fitPeers(options: FitPeersOptions): Promise<FitPeers> {
  const { file, turns, pairs } = options
  const job = await fitJobFor(file, options, pairs)
  const jobs = { diffmean: await compare('diffmean', job, options), ssv: await compare('ssv', job, options) }
  return { turns, steps: job.steps, jobs }
}

/** In processes of their own, so that the peak of their memory is this job's. */
async function compare(
  name: JobName,
  job: FitJob,
  { turns, python, dtypes, onProgress }: FitPeersOptions,
): Promise<Record<string, FitCompared>> {
  await using stack = new AsyncDisposableStack()
  const contestants: { readonly contestant: Contestant; readonly opened: number }[] = []
  for (const { name, command, args } of commandsOf(python, dtypes)) {
    onProgress(`${name} opens the model`)
    const contestant = stack.use(await Contestant.start(name, command, args, job))
    contestants.push({ contestant, opened: await contestant.peakMemory() })
  }
  const took = new Map<string, FitTurn[]>(contestants.map(({ contestant }) => [contestant.name, []]))
  // The first turn of each is not counted: memory is touched for the first time, functions are not compiled yet.
  for (let turn = -1; turn < turns; turn++) {
    onProgress(`${name}, turn ${turn + 1} of ${turns}`)
    for (const { contestant } of contestants) {
      const found = FitTurn.parse(await contestant.ask({ fit: name }))
      if (turn >= 0) took.get(contestant.name)?.push(found)
    }
  }
  const ours = took.get(PLIMSOLL) ?? []
  const compared: Record<string, FitCompared> = {}
  for (const { contestant, opened } of contestants) {
    const theirs = took.get(contestant.name) ?? []
    compared[contestant.name] = {
      seconds: medianOf(theirs.map(({ seconds }) => seconds)),
      memory: { opened, peak: await contestant.peakMemory() },
      ...(contestant.name !== PLIMSOLL && {
        plimsollIsFaster: medianOf(theirs.map(({ seconds }, i) => seconds / (ours[i]?.seconds ?? Number.NaN))),
        cosine: cosine(theirs.at(-1)?.vector ?? [], ours.at(-1)?.vector ?? []),
      }),
    }
  }
  return compared
}

function commandsOf(python: string | undefined, dtypes: readonly string[]) {
  const here = (file: string) => fileURLToPath(new URL(file, import.meta.url))
  const plimsoll = { name: PLIMSOLL, command: process.execPath, args: [here('plimsoll.ts')] }
  if (python === undefined) return [plimsoll]
  const script = here('../peers/fit.py')
  return [
    plimsoll,
    ...dtypes.map(dtype => ({ name: `transformers, ${dtype}`, command: python, args: [script, dtype] })),
  ]
}

function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = a.reduce((sum, value, i) => sum + value * (b[i] ?? Number.NaN), 0)
  return dot / (Math.hypot(...a) * Math.hypot(...b))
}
