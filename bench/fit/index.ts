/**
 * What fitting costs: closed forms against reading the states alone, training against one forward pass of its tokens, and
 * both against the same jobs in Python.
 */
import { statSync } from 'node:fs'
import { openModel } from '../../src/engine/open.ts'
import type { Model, TrainingExample } from '../../src/engine/types.ts'
import { fitMethod } from '../../src/steer/index.ts'
import { type Machine, machineLine, thisMachine } from '../machine.ts'
import { peakMemory } from '../memory.ts'
import { type Median, medianOf, medianText, timed } from '../repeat.ts'
import { divided, type Threads, threadsText } from '../threads.ts'
import { answer, examplesOfStep, learningRate, middleOf, prompts } from './job.ts'
import { type FitPeers, fitPeers } from './peers.ts'
import { type Aim, aimsTable, peerAims, peersSection } from './table.ts'

export interface FitBenchmarkOptions extends Threads {
  readonly file: string
  readonly name: string
  /** Measurements of each kind, which take turns. */
  readonly turns: number
  /** Pairs of prompts for `diffmean`. */
  readonly pairs: number
  /** A Python with what bench/peers/requirements.txt names. */
  readonly python: string | undefined
  readonly dtypes: readonly string[]
  readonly onProgress: (what: string) => void
}

export interface FitBenchmark extends Threads {
  readonly machine: Machine
  readonly model: string
  readonly pairs: number
  /** Whose states are read and trained. */
  readonly layer: number
  /** Seconds of each turn. */
  readonly seconds: {
    readonly capture: readonly number[]
    readonly diffmean: readonly number[]
    /** The examples of a step once through the whole model. */
    readonly forward: readonly number[]
    readonly step: readonly number[]
  }
  /** diffmean against capture, and a step against the forward pass. */
  readonly ratios: { readonly diffmean: Median; readonly step: Median }
  /** Bytes. `opened`: before anything was fitted. */
  readonly memory: { readonly file: number; readonly opened: number; readonly peak: number; readonly training: number }
  readonly peers: FitPeers
  readonly aims: readonly Aim[]
}

/** Steps that are timed together: what opening and reading cost falls away as the difference of two lengths. */
const [few, many] = [1, 4]
const mostStep = 3
const mostMemory = 2

export async function fitBenchmark(options: FitBenchmarkOptions): Promise<FitBenchmark> {
  const machine = thisMachine()
  const own = await ownCosts(options)
  const peers = await fitPeers(options)
  const { name, threads, engines, pairs } = options
  return { machine, model: name, threads, engines, pairs, ...own, peers, aims: [...own.aims, ...peerAims(peers)] }
}

async function ownCosts(options: FitBenchmarkOptions) {
  const { file, name, turns, pairs, onProgress } = options
  await using model = await openModel(file, { name, ...divided(options) })
  const layer = middleOf(model)
  const sides = { positive: prompts(pairs, 'harmless'), negative: prompts(pairs, 'harmful') }
  const examples = prompts(examplesOfStep, 'harmless').map(prompt => ({ prompt, target: answer }))
  await model.score(items(examples))
  const opened = await peakMemory(process.pid)
  const seconds = { capture: [], diffmean: [], forward: [], step: [] } as Record<
    keyof FitBenchmark['seconds'],
    number[]
  >
  let training = 0
  for (let turn = 0; turn < turns; turn++) {
    onProgress(`turn ${turn + 1} of ${turns}`)
    const where = { layers: [layer], tokens: { phase: 'prompt', part: 'template-suffix' } } as const
    const all = [...sides.positive, ...sides.negative]
    seconds.capture.push(await timed(() => model.capture(all, where)))
    seconds.diffmean.push(await timed(() => fitMethod(model, { method: 'diffmean', ...sides, layers: [layer] })))
    seconds.forward.push(await timed(() => model.score(items(examples))))
    const lasts = async (epochs: number) =>
      timed(async () => {
        const { bytes } = await train(model, examples, layer, epochs)
        training = Math.max(training, bytes)
      })
    const [short, long] = [await lasts(few), await lasts(many)]
    seconds.step.push((long - short) / (many - few))
  }
  const ratio = (over: readonly number[], under: readonly number[]) =>
    medianOf(over.map((value, i) => value / (under[i] ?? Number.NaN)))
  const ratios = {
    diffmean: ratio(seconds.diffmean, seconds.capture),
    step: ratio(seconds.step, seconds.forward),
  }
  const memory = { file: statSync(file).size, opened, peak: await peakMemory(process.pid), training }
  const ofFile = memory.peak / memory.file
  return {
    layer,
    seconds,
    ratios,
    memory,
    aims: [
      {
        what: 'a step of ssv against a forward pass of its tokens',
        aim: `at most ${mostStep}`,
        measured: ratios.step.median,
        reached: ratios.step.median <= mostStep,
      },
      {
        what: 'peak memory against the file',
        aim: `at most ${mostMemory}`,
        measured: ofFile,
        reached: ofFile <= mostMemory,
      },
    ],
  }
}

function items(examples: readonly TrainingExample[]) {
  return examples.map(({ prompt, target }) => ({ prompt, continuation: target }))
}

function train(model: Model, examples: readonly TrainingExample[], layer: number, epochs: number) {
  const start = new Float64Array(model.info.width).fill(0.01)
  // All examples in one step.
  const settings = { layer, epochs, batch: examples.length, learningRate }
  return model.train(examples, { ...settings, edit: { kind: 'add', start } })
}

export function fitTable(found: FitBenchmark): string {
  const { machine, model, pairs, layer, ratios, memory, peers, aims, seconds } = found
  const size = (bytes: number) => `${Math.round(bytes / 1e6)} MB`
  return [
    machineLine(machine),
    `${model}, ${threadsText(found)}, layer ${layer}; medians of ${seconds.step.length} turns with their 95 % intervals.`,
    '',
    '| | seconds | as a ratio |',
    '|---|--:|--:|',
    `| states of ${2 * pairs} prompts | ${medianOf(seconds.capture).median.toFixed(2)} | |`,
    `| diffmean of them | ${medianOf(seconds.diffmean).median.toFixed(2)} | ${medianText(ratios.diffmean)} of the states |`,
    `| ${examplesOfStep} examples once through the model | ${medianOf(seconds.forward).median.toFixed(2)} | |`,
    `| a step of ssv on them | ${medianOf(seconds.step).median.toFixed(2)} | ${medianText(ratios.step)} of that |`,
    '',
    `Memory of all processes: ${size(memory.opened)} with the model open, ${size(memory.peak)} at the most, of which training took ${size(memory.training)}; the file has ${size(memory.file)}.`,
    '',
    ...peersSection(peers, pairs),
    '',
    ...aimsTable(aims),
  ].join('\n')
}
