/** A model whose calls an engine process computes. */
import { PlimsollError } from '../../errors.ts'
import { checkedPrompt, checkedText, checkedTokens, listOf, oneOf } from '../check.ts'
import { checkOptions } from '../check-options.ts'
import type {
  Capture,
  CaptureItem,
  CaptureOptions,
  DivergenceItem,
  DivergenceOptions,
  GenerateOptions,
  Generation,
  Model,
  ModelInfo,
  Prompt,
  Rendered,
  Request,
  Score,
  ScoreItem,
  ScoreOptions,
  Steering,
  Token,
  Training,
  TrainingExample,
  TrainingSpec,
  TrainOptions,
} from '../types.ts'
import type { WhereInput } from '../where.ts'
import type { Asking } from './asking.ts'
import { capture } from './capture.ts'
import type { EngineProcess } from './client.ts'
import { generate, stream } from './generate.ts'
import { divergence, firstToken, score } from './scoring.ts'
import { trainArguments } from './train-arguments.ts'

/**
 * Prompts of one call to the engine where calls share what is computed: states are read while nothing else is, and those
 * who are being answered wait for as long.
 */
const capturedTogether = 8

export class LlamaModel implements Model {
  readonly info: ModelInfo
  readonly #engine: EngineProcess
  readonly #batching: 'alone' | 'together'
  /** The caller's index of the first request of every call. */
  readonly #first: number

  constructor(engine: EngineProcess, info: ModelInfo, batching: 'alone' | 'together' = 'alone', first = 0) {
    this.#engine = engine
    this.info = info
    this.#batching = batching
    this.#first = first
  }

  /** The same model for a part of a larger call: errors name requests, and draws are made, by their place in that. */
  from(first: number): LlamaModel {
    return new LlamaModel(this.#engine, this.info, this.#batching, first)
  }

  get #asking(): Asking {
    return { engine: this.#engine, info: this.info, first: this.#first }
  }

  async tokenize(text: string, options: { readonly special?: 'parse' | 'plain' } = {}): Promise<number[]> {
    checkOptions('tokenize', options)
    const special = oneOf('special', options.special ?? 'plain', ['parse', 'plain'])
    return Array.from(await this.#engine.call('tokenize', { text: checkedText('text', text), special }))
  }

  async detokenize(tokens: readonly number[]): Promise<string> {
    return await this.#engine.call('detokenize', { tokens: checkedTokens(tokens, this.info.vocabulary) })
  }

  async render(prompt: Prompt): Promise<Rendered> {
    return await this.#engine.call('render', { prompt: checkedPrompt(prompt, 0) })
  }

  generate(prompts: readonly (Prompt | Request)[], options: GenerateOptions = {}): Promise<Generation[]> {
    return generate(this.#asking, prompts, options)
  }

  stream(prompt: Prompt, options: GenerateOptions = {}): AsyncGenerator<Token, void, undefined> {
    return stream(this.#asking, prompt, options)
  }

  async capture(
    prompts: readonly (Prompt | CaptureItem)[],
    where: WhereInput,
    options: CaptureOptions = {},
  ): Promise<Capture> {
    checkOptions('capture', options)
    const total = listOf('prompts', prompts).length
    const [whole, ...others] = await this.#inPieces(total, (from, to) =>
      capture({ ...this.#asking, first: this.#first + from }, prompts.slice(from, to), where, {
        ...options,
        onProgress: event => options.onProgress?.({ ...event, done: from + event.done, total }),
      }),
    )
    if (whole === undefined) throw new PlimsollError('internal', 'Nothing was captured')
    return {
      ...whole,
      states: [whole, ...others].flatMap(({ states }) => states),
      positions: [whole, ...others].flatMap(({ positions }) => positions),
    }
  }

  /** An empty list is one piece, too, so that arguments are checked. */
  async #inPieces<Result>(total: number, call: (from: number, to: number) => Promise<Result>): Promise<Result[]> {
    const size = this.#batching === 'together' ? capturedTogether : Math.max(1, total)
    const results: Result[] = []
    for (let from = 0; from === 0 || from < total; from += size)
      results.push(await call(from, Math.min(from + size, total)))
    return results
  }

  score(items: readonly ScoreItem[], options: ScoreOptions = {}): Promise<Score[]> {
    return score(this.#asking, items, options)
  }

  firstToken(
    prompts: readonly Prompt[],
    tokens: readonly number[],
    options: ScoreOptions = {},
  ): Promise<Float64Array[]> {
    return firstToken(this.#asking, prompts, tokens, options)
  }

  divergence(
    items: readonly DivergenceItem[],
    steerings: readonly Steering[],
    options: DivergenceOptions = {},
  ): Promise<Float64Array[][]> {
    return divergence(this.#asking, items, steerings, options)
  }

  async train(examples: readonly TrainingExample[], spec: TrainingSpec, options: TrainOptions = {}): Promise<Training> {
    const { onProgress, onCheckpoint } = options
    const told = await trainArguments(this.info, examples, spec, options)
    return await this.#engine.call('train', told, {
      signal: options.signal,
      first: this.#first,
      onEvent: event => {
        if (event.kind === 'checkpoint') onCheckpoint?.(event.checkpoint)
        else if (event.kind === 'read')
          onProgress?.({ stage: 'capture', done: event.done, total: told.examples.length })
        else {
          const detail = `loss ${event.loss.toFixed(3)}`
          onProgress?.({ stage: 'train', done: event.done, total: event.total, detail })
        }
      },
    })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#engine[Symbol.asyncDispose]()
  }
}
