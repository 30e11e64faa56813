/** What every peer is given: the same tokens, the same vector at the same layer, the same number of tokens to generate. */
import { loadDataset } from '../../src/data/dataset.ts'
import { openModel } from '../../src/engine/open.ts'
import type { Model } from '../../src/engine/types.ts'
import { createRandom } from '../../src/random.ts'
import type { Threads } from '../threads.ts'

export interface Job extends Threads {
  readonly file: string
  /** All of one length, so that nobody has to pad. */
  readonly prompts: readonly { readonly text: string; readonly tokens: readonly number[] }[]
  /** Tokens generated for each prompt. */
  readonly generated: number
  /** Tokens that end an answer: forbidden, so that everybody generates the same number. */
  readonly ends: readonly number[]
  /** Added to the residual state of every token behind block `layer`: `scale` times a unit vector of the model's width. */
  readonly steering: { readonly layer: number; readonly unit: readonly number[]; readonly scale: number }
}

/** Tokens of a prompt. */
const promptTokens = 32
const generated = 64
/** Length of the vector, as a part of the mean length of the states that it is added to: enough to change answers. */
const relativeLength = 0.5

export async function jobFor(file: string, { threads, engines }: Threads, prompts: number): Promise<Job> {
  await using model = await openModel(file, { threads })
  const layer = Math.floor(model.info.layers / 2)
  const chosen = await promptsFrom(model, prompts)
  const steering = { layer, unit: anyDirection(model.info.width), scale: await scaleAt(model, layer, chosen) }
  return { file, threads, engines, prompts: chosen, generated, ends: await endsOf(model), steering }
}

/** Beginnings of the packaged prose that are `promptTokens` long and stay so when they are tokenised again. */
async function promptsFrom(model: Model, count: number): Promise<Job['prompts'][number][]> {
  const names = ['english/prose/select', 'english/prose/test']
  const sets = await Promise.all(names.map(name => loadDataset(name, { kind: 'prose' })))
  const found: Job['prompts'][number][] = []
  const { tokens: added } = await model.render({ raw: '' })
  for (const { text } of sets.flatMap(({ rows }) => rows)) {
    if (found.length === count) break
    const beginning = await model.detokenize((await model.tokenize(text)).slice(0, promptTokens - added.length))
    const { tokens } = await model.render({ raw: beginning })
    if (tokens.length === promptTokens) found.push({ text: beginning, tokens })
  }
  if (found.length < count) throw new Error(`Only ${found.length} texts begin with exactly ${promptTokens} tokens`)
  return found
}

/** What is computed is the same for all directions. */
function anyDirection(width: number): number[] {
  const random = createRandom(1, 'benchmark')
  const values = Array.from({ length: width }, () => random.next() - 0.5)
  const length = Math.hypot(...values)
  return values.map(value => value / length)
}

async function scaleAt(model: Model, layer: number, prompts: Job['prompts']): Promise<number> {
  const raw = prompts.map(({ text }) => ({ raw: text }))
  const { states } = await model.capture(raw, { layers: [layer], tokens: { last: 1 } }, { reduce: 'last' })
  const lengths = states.map(([state]) => Math.hypot(...(state ?? [])))
  return (relativeLength * lengths.reduce((sum, length) => sum + length, 0)) / lengths.length
}

/** Those of them that are a token of this model; whoever ends early for another one fails its turn. */
const endNames = [
  '</s>',
  '<|im_end|>',
  '<|endoftext|>',
  '<|eot_id|>',
  '<|end_of_text|>',
  '<end_of_turn>',
  '<eos>',
  '<|end|>',
]

async function endsOf(model: Model): Promise<number[]> {
  const tokens = await Promise.all(endNames.map(name => model.tokenize(name, { special: 'parse' })))
  return tokens.flatMap(found => (found.length === 1 ? found : []))
}
