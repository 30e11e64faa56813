/** The engine beside its peers: everybody takes turns at the same work, so that what disturbs one disturbs the others. */
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { type Machine, thisMachine } from '../machine.ts'
import { type Median, medianOf } from '../repeat.ts'
import type { Threads } from '../threads.ts'
import { timeBatchedBench } from './batched-bench.ts'
import { Contestant } from './contestant.ts'
import { type Job, jobFor } from './job.ts'

/** What a contestant answers to `{ sequences }`. */
const Turn = z.object({
  /** To generate `generated` tokens for each of the first `sequences` prompts, read from the beginning. */
  seconds: z.number(),
  /** The first token generated for each of them. */
  first: z.array(z.number()),
})
export type Turn = z.infer<typeof Turn>

export interface Compared {
  /** Generated tokens per second, the time for reading the prompts included. */
  readonly tokensPerSecond: Median
  /** Plimsoll's speed as a multiple of this one's, in the same turn. */
  readonly plimsollIsFaster?: Median
  /** Bytes, so far in the run: number of sequences rise. Absent for the batched benchmark, which ends by itself. */
  readonly peakMemory?: number
  /** Of the sequences, those whose first token is the one that Plimsoll generates too. */
  readonly sameFirstToken?: number
}

export interface PeersBenchmark extends Threads {
  readonly machine: Machine
  readonly model: string
  readonly promptTokens: number
  readonly generated: number
  readonly turns: number
  /** By sequences, by name of the contestant. */
  readonly sequences: Readonly<Record<string, Readonly<Record<string, Compared>>>>
}

export interface PeersOptions extends Threads {
  readonly file: string
  readonly name: string
  readonly turns: number
  readonly sequences: readonly number[]
  /** llama-batched-bench of the release that Plimsoll uses. */
  readonly batchedBench: string | undefined
  /** A Python with what requirements.txt names. */
  readonly python: string | undefined
  readonly dtypes: readonly string[]
  readonly onProgress: (what: string) => void
}

export const PLIMSOLL = 'Plimsoll'
export const BATCHED_BENCH = 'llama-batched-bench'

export async function peersBenchmark(options: PeersOptions): Promise<PeersBenchmark> {
  const { file, name, threads, engines, turns, onProgress } = options
  const machine = thisMachine()
  onProgress('prompts')
  const job = await jobFor(file, options, Math.max(...options.sequences))
  await using stack = new AsyncDisposableStack()
  const contestants: Contestant[] = []
  for (const { name, command, args } of commandsOf(options)) {
    onProgress(`${name} opens the model`)
    contestants.push(stack.use(await Contestant.start(name, command, args, job)))
  }
  const sequences: Record<string, Record<string, Compared>> = {}
  for (const count of options.sequences.toSorted((a, b) => a - b)) {
    sequences[count] = await compare(contestants, job, count, options)
  }
  const promptTokens = job.prompts[0]?.tokens.length ?? 0
  return { machine, model: name, threads, engines, promptTokens, generated: job.generated, turns, sequences }
}

function commandsOf({ python, dtypes }: PeersOptions): { name: string; command: string; args: string[] }[] {
  const here = (file: string) => fileURLToPath(new URL(file, import.meta.url))
  const plimsoll = { name: PLIMSOLL, command: process.execPath, args: [here('plimsoll.ts')] }
  if (python === undefined) return [plimsoll]
  const script = here('transformers_hooks.py')
  return [
    plimsoll,
    ...dtypes.map(dtype => ({ name: `transformers, ${dtype}`, command: python, args: [script, dtype] })),
  ]
}

async function compare(
  contestants: readonly Contestant[],
  job: Job,
  sequences: number,
  { turns, batchedBench, onProgress }: PeersOptions,
): Promise<Record<string, Compared>> {
  const took = new Map<string, number[]>()
  const last = new Map<string, Turn>()
  const note = (name: string, seconds: number) => took.set(name, [...(took.get(name) ?? []), seconds])
  // The first turn of each is not counted: memory is touched for the first time, functions are not compiled yet.
  for (let turn = -1; turn < turns; turn++) {
    onProgress(`${sequences} sequences, turn ${turn + 1} of ${turns}`)
    for (const contestant of contestants) {
      const result = Turn.parse(await contestant.ask({ sequences }))
      last.set(contestant.name, result)
      if (turn >= 0) note(contestant.name, result.seconds)
    }
    if (batchedBench !== undefined && turn >= 0) {
      const { file, threads, generated, prompts } = job
      const shape = { file, threads, generated, sequences, promptTokens: prompts[0]?.tokens.length ?? 0 }
      note(BATCHED_BENCH, await timeBatchedBench(batchedBench, shape))
    }
  }
  const ours = took.get(PLIMSOLL) ?? []
  const ourFirst = last.get(PLIMSOLL)?.first ?? []
  const compared = [...took].map(async ([name, seconds]): Promise<[string, Compared]> => {
    const contestant = contestants.find(its => its.name === name)
    const first = last.get(name)?.first
    return [
      name,
      {
        tokensPerSecond: medianOf(seconds.map(second => (sequences * job.generated) / second)),
        ...(name !== PLIMSOLL && { plimsollIsFaster: medianOf(seconds.map((second, i) => second / (ours[i] ?? 0))) }),
        ...(contestant && { peakMemory: await contestant.peakMemory() }),
        ...(first && { sameFirstToken: first.filter((token, i) => token === ourFirst[i]).length / first.length }),
      },
    ]
  })
  return Object.fromEntries(await Promise.all(compared))
}
