/** A model whose calls an engine process computes. */
import { PlimsollError } from '../../errors.ts'
import { checkedAdapters, checkedPrompt, checkedTokens, listOf, oneOf } from '../check.ts'
import { checkOptions } from '../check-options.ts'
import { steeringCheck } from '../check-steering.ts'
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
import { type Asking, complete } from './asking.ts'
import { capture } from './capture.ts'
import type { EngineProcess } from './client.ts'
import { generate, stream } from './generate.ts'
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
    return Array.from(await this.#engine.call('tokenize', { text, special }))
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

  async score(items: readonly ScoreItem[], options: ScoreOptions = {}): Promise<Score[]> {
    checkOptions('score', options)
    const scores: (Score | undefined)[] = new Array(items.length)
    const checked = steeringCheck()
    let done = 0
    await this.#engine.call(
      'score',
      {
        requests: listOf('items', items).map((item, index) => {
          const request = this.#first + index
          checkOptions('an item of score', item, `request ${request}`)
          return {
            prompt: checkedPrompt(item.prompt, request),
            continuation: item.continuation,
            steering: checked(item.steering ?? options.steering, request),
          }
        }),
        adapters: checkedAdapters(options.adapters),
      },
      {
        signal: options.signal,
        first: this.#first,
        onEvent: event => {
          scores[event.index] = event.score
          options.onProgress?.({ stage: 'score', done: ++done, total: items.length })
        },
      },
    )
    return complete(scores)
  }

  async firstToken(
    prompts: readonly Prompt[],
    tokens: readonly number[],
    options: ScoreOptions = {},
  ): Promise<Float64Array[]> {
    checkOptions('firstToken', options)
    const results: (Float64Array | undefined)[] = new Array(prompts.length)
    const checked = steeringCheck()
    let done = 0
    await this.#engine.call(
      'firstToken',
      {
        requests: listOf('prompts', prompts).map((prompt, index) => ({
          prompt: checkedPrompt(prompt, this.#first + index),
          steering: checked(options.steering, this.#first + index),
        })),
        tokens: checkedTokens(tokens, this.info.vocabulary),
        adapters: checkedAdapters(options.adapters),
      },
      {
        signal: options.signal,
        first: this.#first,
        onEvent: event => {
          results[event.index] = event.logProbabilities
          options.onProgress?.({ stage: 'score', done: ++done, total: prompts.length })
        },
      },
    )
    return complete(results)
  }

  async divergence(
    items: readonly DivergenceItem[],
    steerings: readonly Steering[],
    options: DivergenceOptions = {},
  ): Promise<Float64Array[][]> {
    checkOptions('divergence', options)
    const results = listOf('items', items).map((): (Float64Array | undefined)[] => new Array(steerings.length))
    const checked = steeringCheck()
    const total = items.length * listOf('steerings', steerings).length
    let done = 0
    await this.#engine.call(
      'divergence',
      {
        requests: items.map((item, index) => {
          const request = this.#first + index
          checkOptions('an item of divergence', item, `request ${request}`)
          return {
            prompt: checkedPrompt(item.prompt, request),
            continuation: item.continuation,
            steerings: steerings.map(steering => checked(steering, request)),
          }
        }),
        adapters: checkedAdapters(options.adapters),
      },
      {
        signal: options.signal,
        first: this.#first,
        onEvent: event => {
          const result = results[event.index]
          if (result !== undefined) result[event.steering] = event.divergences
          options.onProgress?.({ stage: 'score', done: ++done, total })
        },
      },
    )
    return results.map(complete)
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
