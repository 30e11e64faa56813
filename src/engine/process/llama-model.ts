/** A model whose calls an engine process computes. */
import { PlimsollError } from '../../errors.ts'
import type { RunOptions } from '../../progress.ts'
import { checkedAdapters, checkedPrompt, checkedTokens, checkOptions, listOf, oneOf, positive } from '../check.ts'
import { steeringCheck } from '../check-steering.ts'
import { checkedSampling } from '../sampling/check.ts'
import type {
  Capture,
  CaptureItem,
  CaptureOptions,
  DivergenceItem,
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
  TokenProbability,
  Training,
  TrainingExample,
  TrainingSpec,
  TrainOptions,
} from '../types.ts'
import { parseWhere, type WhereInput } from '../where.ts'
import type { EngineProcess } from './client.ts'
import { fromWire } from './protocol.ts'
import { trainArguments } from './train-arguments.ts'

/**
 * Prompts of one call to the engine where calls share what is computed: states are read while nothing else is, and those
 * who are being answered wait for as long.
 */
const capturedTogether = 8

const defaultMaxTokens = 256
const defaultSlots = 16

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

  async tokenize(text: string, options: { readonly special?: 'parse' | 'plain' } = {}): Promise<number[]> {
    return Array.from(await this.#engine.call('tokenize', { text, special: options.special ?? 'plain' }))
  }

  async detokenize(tokens: readonly number[]): Promise<string> {
    return await this.#engine.call('detokenize', { tokens: checkedTokens(tokens, this.info.vocabulary) })
  }

  async render(prompt: Prompt): Promise<Rendered> {
    return await this.#engine.call('render', { prompt: checkedPrompt(prompt, 0) })
  }

  async generate(prompts: readonly (Prompt | Request)[], options: GenerateOptions = {}): Promise<Generation[]> {
    checkOptions('generate', options)
    const maxTokens = positive('maxTokens', options.maxTokens ?? defaultMaxTokens)
    const slots = positive('slots', options.slots ?? defaultSlots)
    const stop = listOf('stop', options.stop ?? [])
    const checked = steeringCheck()
    const requests = listOf('prompts', prompts).map((entry, index) => {
      const request = isRequest(entry) ? entry : { prompt: entry }
      checkOptions('request', request, `request ${this.#first + index}`)
      return {
        prompt: checkedPrompt(request.prompt, this.#first + index),
        steering: checked(request.steering ?? options.steering, this.#first + index),
        maxTokens: positive('maxTokens', request.maxTokens ?? maxTokens),
        sampling: checkedSampling(request.sampling ?? options.sampling ?? {}, this.info.vocabulary),
        adapters: checkedAdapters(request.adapters ?? options.adapters),
      }
    })
    const results: (Generation | undefined)[] = new Array(prompts.length)
    const probabilities = new Map<number, TokenProbability[]>()
    const { onToken } = options
    const began = performance.now()
    let done = 0
    let tokens = 0
    await this.#engine.call(
      'generate',
      {
        requests,
        slots,
        stop,
        ...(options.firstTokens && { firstTokens: checkedTokens(options.firstTokens, this.info.vocabulary) }),
        tokens: onToken === undefined ? 'keep' : 'tell',
        failures: oneOf('failures', options.failures ?? 'throw', ['throw', 'return']),
      },
      {
        signal: options.signal,
        first: this.#first,
        onEvent: event => {
          if (event.kind === 'token') return onToken?.(event.index, event.token)
          if (event.kind === 'probabilities') {
            const before = probabilities.get(event.index)
            if (before === undefined) probabilities.set(event.index, [...event.probabilities])
            else before.push(...event.probabilities)
            return
          }
          const { generation, error } = event
          const { logProbabilities } = requests[event.index]?.sampling ?? {}
          results[event.index] = {
            ...generation,
            ...(logProbabilities === undefined ? {} : { probabilities: probabilities.get(event.index) ?? [] }),
            ...(error === null ? {} : { error: fromWire(error) }),
          }
          done++
          tokens += event.generation.promptTokens + event.generation.tokens.length
          const tokensPerSecond = (1000 * tokens) / (performance.now() - began)
          options.onProgress?.({ stage: 'generate', done, total: prompts.length, tokensPerSecond })
        },
      },
    )
    return complete(results)
  }

  async *stream(prompt: Prompt, options: GenerateOptions = {}): AsyncGenerator<Token, void, undefined> {
    const queue: Token[] = []
    let wake = () => {}
    let ended = false
    const stop = new AbortController()
    const signals = options.signal === undefined ? [stop.signal] : [stop.signal, options.signal]
    const finished = this.generate([prompt], {
      ...options,
      failures: 'throw',
      signal: AbortSignal.any(signals),
      onToken: (_index, token) => {
        queue.push(token)
        wake()
      },
    }).finally(() => {
      ended = true
      wake()
    })
    // Seen below; without this, a failure before the reader asks again would count as unhandled.
    finished.catch(() => {})
    try {
      while (!ended || queue.length > 0) {
        const token = queue.shift()
        if (token !== undefined) yield token
        else if (!ended) {
          await new Promise<void>(resolve => {
            wake = resolve
          })
        }
      }
      await finished
    } finally {
      stop.abort()
    }
  }

  async capture(
    prompts: readonly (Prompt | CaptureItem)[],
    where: WhereInput,
    options: CaptureOptions = {},
  ): Promise<Capture> {
    const total = listOf('prompts', prompts).length
    const [whole, ...others] = await this.#inPieces(total, (from, to) =>
      this.from(this.#first + from).#captured(prompts.slice(from, to), where, {
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

  async #captured(
    prompts: readonly (Prompt | CaptureItem)[],
    where: WhereInput,
    options: CaptureOptions,
  ): Promise<Capture> {
    const parsed = parseWhere(where)
    const checked = steeringCheck()
    const states: Map<number, Float32Array>[] = listOf('prompts', prompts).map(() => new Map())
    const positions: (readonly number[] | undefined)[] = new Array(prompts.length)
    let done = 0
    const { layers, width } = await this.#engine.call(
      'capture',
      {
        requests: prompts.map((entry, index) => {
          const item: CaptureItem = isRequest(entry) ? entry : { prompt: entry }
          return {
            prompt: checkedPrompt(item.prompt, this.#first + index),
            continuation: item.continuation,
            steering: checked(item.steering ?? options.steering, this.#first + index),
          }
        }),
        where: parsed,
        reduce: oneOf('reduce', options.reduce ?? 'mean', ['none', 'mean', 'last']),
      },
      {
        signal: options.signal,
        first: this.#first,
        onEvent: event => {
          if (event.kind === 'states') {
            // Every piece goes to its place as it comes: joining 100 MB at the end would block the caller.
            const whole = states[event.index]?.get(event.layer) ?? new Float32Array(event.values)
            whole.set(event.states, event.offset)
            states[event.index]?.set(event.layer, whole)
            return
          }
          positions[event.index] = event.positions
          options.onProgress?.({ stage: 'capture', done: ++done, total: prompts.length })
        },
      },
    )
    return {
      site: parsed.site,
      layers,
      width,
      states: states.map(byLayer => complete(layers.map(layer => byLayer.get(layer)))),
      positions: complete(positions),
    }
  }

  async score(items: readonly ScoreItem[], options: ScoreOptions = {}): Promise<Score[]> {
    const scores: (Score | undefined)[] = new Array(items.length)
    const checked = steeringCheck()
    let done = 0
    await this.#engine.call(
      'score',
      {
        requests: listOf('items', items).map(({ prompt, continuation, steering }, index) => ({
          prompt: checkedPrompt(prompt, this.#first + index),
          continuation,
          steering: checked(steering ?? options.steering, this.#first + index),
        })),
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
    options: RunOptions = {},
  ): Promise<Float64Array[][]> {
    const results = listOf('items', items).map((): (Float64Array | undefined)[] => new Array(steerings.length))
    const checked = steeringCheck()
    const total = items.length * listOf('steerings', steerings).length
    let done = 0
    await this.#engine.call(
      'divergence',
      {
        requests: items.map(({ prompt, continuation }, index) => ({
          prompt: checkedPrompt(prompt, this.#first + index),
          continuation,
          steerings: steerings.map(steering => checked(steering, this.#first + index)),
        })),
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

function isRequest<Asked extends Request | CaptureItem>(entry: Prompt | Asked): entry is Asked {
  return typeof entry === 'object' && entry !== null && 'prompt' in entry
}

function complete<T>(results: readonly (T | undefined)[]): T[] {
  return Array.from(results, (result, index) => {
    if (result === undefined) throw new PlimsollError('internal', `The engine gave no result for request ${index}`)
    return result
  })
}
