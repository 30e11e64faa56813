/** The engine's benchmark: what reading and editing states costs beside llama.cpp itself, everything in one run. */
import type { LoadedModel } from '../../src/engine/llama/model.ts'
import type { ModelInfo, Rendered } from '../../src/engine/types.ts'
import { createRandom } from '../../src/random.ts'
import { type Machine, thisMachine } from '../machine.ts'
import type { Median } from '../repeat.ts'
import { type Aim, aimsOf } from './aims.ts'
import { readBandwidth } from './bandwidth.ts'
import { type Case, eachCase } from './cases.ts'
import { loadHere, weightBytesOf } from './load.ts'
import { type Effort, type Measured, measure } from './measure.ts'
import { startUp } from './start-up.ts'
import { eachWatched, type Watched } from './ways.ts'

export interface EngineBenchmark {
  readonly machine: Machine
  readonly model: Pick<ModelInfo, 'name' | 'architecture' | 'layers' | 'width' | 'bytes' | 'quantisation' | 'engine'>
  /** Medians; of the two contexts the lower. */
  readonly ratios: Readonly<Record<Case, Readonly<Record<Watched, number>>>>
  /** By tokens of context. */
  readonly contexts: Readonly<Record<string, Readonly<Record<Case, Measured>>>>
  readonly bandwidth: {
    /** Read from memory by as many threads as the model has. */
    readonly bytesPerSecond: number
    readonly weightBytesPerToken: number
    /** Tokens per second of one sequence, if nothing but reading the weights took time. */
    readonly limit: number
    /** Of that limit, by tokens of context: one sequence, no callback. */
    readonly reached: Readonly<Record<string, number>>
  }
  /** Seconds from `openModel` to the first token, the file in the system's cache. */
  readonly startUp: Median
  readonly aims: readonly Aim[]
}

export interface EngineBenchmarkOptions {
  readonly file: string
  readonly name: string
  readonly threads: number
  readonly effort: Effort
  /** Tokens before what is timed. */
  readonly contexts: readonly number[]
  readonly onProgress: (what: string) => void
}

export async function engineBenchmark(options: EngineBenchmarkOptions): Promise<EngineBenchmark> {
  const { file, name, threads, effort, onProgress } = options
  const machine = thisMachine()
  onProgress('start-up')
  const started = await startUp(file, effort.turns)
  const { model, facts } = await loadHere(file, name, threads)
  const contexts: Record<string, Record<Case, Measured>> = {}
  const rates: number[] = []
  for (const length of options.contexts) {
    onProgress('memory bandwidth')
    rates.push(await readBandwidth(threads))
    const prompt = promptOf(model, length)
    contexts[length] = eachCase(name => {
      onProgress(`${name} at ${length} tokens`)
      return measure(model, name, prompt, effort)
    })
  }
  const bytesPerSecond = Math.max(...rates)
  const weightBytesPerToken = weightBytesOf(facts)
  const limit = bytesPerSecond / weightBytesPerToken
  const measured = Object.values(contexts)
  const ratios = eachCase(name => eachWatched(way => Math.min(...measured.map(of => of[name].ratios[way].median))))
  const { architecture, layers, width, bytes, quantisation, engine } = model.info
  return {
    machine,
    model: { name, architecture, layers, width, bytes, quantisation, engine },
    ratios,
    contexts,
    bandwidth: {
      bytesPerSecond,
      weightBytesPerToken,
      limit,
      reached: Object.fromEntries(
        Object.entries(contexts).map(([length, { decode1 }]) => [length, decode1.tokensPerSecond.none.median / limit]),
      ),
    },
    startUp: started,
    aims: aimsOf(ratios, started.median),
  }
}

/** Any tokens will do: what is computed is the same for all of them. */
function promptOf(model: LoadedModel, length: number): Rendered {
  const random = createRandom(1, 'benchmark prompt')
  const { bos } = model.vocabulary
  const tokens = Array.from({ length }, (_, i) => (i === 0 && bos >= 0 ? bos : random.int(model.info.vocabulary)))
  return { text: '', tokens, parts: [], templateSuffix: [length, length], startsWithBos: bos >= 0, thinking: null }
}
