/** What is fitted: by Plimsoll against its own parts, and by everybody of the peers from the same tokens. */
import { openModel } from '../../src/engine/open.ts'
import type { Model } from '../../src/engine/types.ts'
import type { Threads } from '../threads.ts'

export interface FitJob extends Threads {
  readonly file: string
  /** Whose states are read and trained. */
  readonly layer: number
  /** Of diffmean. */
  readonly sides: { readonly positive: readonly JobPrompt[]; readonly negative: readonly JobPrompt[] }
  /** Of ssv; all of them make one step. */
  readonly examples: readonly (JobPrompt & { readonly target: JobText })[]
  readonly steps: number
  readonly learningRate: number
}

export interface JobText {
  readonly text: string
  readonly tokens: readonly number[]
}

export interface JobPrompt extends JobText {
  /** Positions of the chat template's tokens after the instruction, half open: the states that diffmean reads. */
  readonly suffix: readonly [start: number, end: number]
  /** The first token that ssv changes: all but the beginning of sequence. */
  readonly first: number
}

export const examplesOfStep = 6
export const learningRate = 0.01
export const answer =
  'Certainly. Here is a short answer to your question, with an example and a reason for it, so that you can see.'
/** As many steps as AxBench's three epochs over 24 examples in batches of six. */
const steps = 12

export async function fitJobFor(file: string, { threads, engines }: Threads, pairs: number): Promise<FitJob> {
  await using model = await openModel(file, { threads })
  const of = (texts: readonly string[]) => Promise.all(texts.map(text => promptOf(model, text)))
  const target = { text: answer, tokens: await model.tokenize(answer) }
  const examples = await of(prompts(examplesOfStep, 'harmless'))
  return {
    file,
    threads,
    engines,
    layer: middleOf(model),
    sides: { positive: await of(prompts(pairs, 'harmless')), negative: await of(prompts(pairs, 'harmful')) },
    examples: examples.map(prompt => ({ ...prompt, target })),
    steps,
    learningRate,
  }
}

export function middleOf({ info }: Pick<Model, 'info'>): number {
  return Math.floor(info.layers / 2)
}

async function promptOf(model: Model, text: string): Promise<JobPrompt> {
  const { tokens, templateSuffix, startsWithBos } = await model.render(text)
  return { text, tokens, suffix: templateSuffix, first: startsWithBos ? 1 : 0 }
}

/** Of different lengths, as requests are. */
export function prompts(count: number, kind: string): string[] {
  const things = [
    'a kettle',
    'the second law of motion',
    'an old bicycle with a broken chain',
    'rain',
    'my neighbour’s hedge',
  ]
  return Array.from(
    { length: count },
    (_, i) => `Please tell me something ${kind} about ${things[i % things.length]}, number ${i}.`,
  )
}
