/**
 * Several engines on one model file: every call is cut into equal runs of neighbouring requests, one for each engine.
 *
 * Threads of one engine wait for each other at every operation, so a single other program on the machine can slow them
 * down many times over; engines of one thread each only lose the processor's share. The cut depends on nothing but the
 * number of requests and of engines, so answers stay repeatable. The weights are mapped once.
 */
import { EMBEDDING } from './select.ts'
import type {
  Capture,
  CaptureItem,
  CaptureOptions,
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
  Token,
} from './types.ts'
import { parseWhere, type WhereInput } from './where.ts'

/** A model that computes on all of `engines`, which it owns from now on; at least one. */
export function poolOf(engines: readonly [Model, ...Model[]]): Model {
  return engines.length === 1 ? engines[0] : new PooledModel(engines)
}

class PooledModel implements Model {
  readonly info: ModelInfo
  readonly #engines: readonly Model[]
  readonly #first: Model

  constructor(engines: readonly [Model, ...Model[]]) {
    this.#engines = engines
    this.#first = engines[0]
    this.info = { ...this.#first.info, engine: { ...this.#first.info.engine, engines: engines.length } }
  }

  tokenize(text: string, options?: { readonly special?: 'parse' | 'plain' }): Promise<number[]> {
    return this.#first.tokenize(text, options)
  }

  detokenize(tokens: readonly number[]): Promise<string> {
    return this.#first.detokenize(tokens)
  }

  render(prompt: Prompt): Promise<Rendered> {
    return this.#first.render(prompt)
  }

  stream(prompt: Prompt, options?: GenerateOptions): AsyncIterable<Token> {
    return this.#first.stream(prompt, options)
  }

  generate(prompts: readonly (Prompt | Request)[], options: GenerateOptions = {}): Promise<Generation[]> {
    const { onToken } = options
    return this.#share(prompts, options, (engine, part, shared, from) =>
      engine.generate(part, {
        ...shared,
        ...(onToken === undefined ? {} : { onToken: (index, token) => onToken(from + index, token) }),
      }),
    )
  }

  async capture(
    prompts: readonly (Prompt | CaptureItem)[],
    written: WhereInput,
    options: CaptureOptions = {},
  ): Promise<Capture> {
    const where = parseWhere(written)
    const captures = await this.#shareParts(prompts, options, (engine, part, shared) =>
      engine.capture(part, where, shared),
    )
    return {
      site: where.site,
      layers: captures[0]?.layers ?? (where.site === 'embedding' ? [EMBEDDING] : []),
      width: this.info.width,
      states: captures.flatMap(capture => capture.states),
      positions: captures.flatMap(capture => capture.positions),
    }
  }

  score(items: readonly ScoreItem[], options: ScoreOptions = {}): Promise<Score[]> {
    return this.#share(items, options, (engine, part, shared) => engine.score(part, shared))
  }

  firstToken(
    prompts: readonly Prompt[],
    tokens: readonly number[],
    options: ScoreOptions = {},
  ): Promise<Float64Array[]> {
    return this.#share(prompts, options, (engine, part, shared) => engine.firstToken(part, tokens, shared))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#engines.map(engine => engine[Symbol.asyncDispose]()))
  }

  async #share<Item, Options extends ScoreOptions, Result>(
    items: readonly Item[],
    options: Options,
    call: (engine: Model, part: readonly Item[], options: Options, from: number) => Promise<Result[]>,
  ): Promise<Result[]> {
    return (await this.#shareParts(items, options, call)).flat()
  }

  /** Results of the parts in their order. When one fails, the others are cancelled and its error is thrown. */
  async #shareParts<Item, Options extends ScoreOptions, Result>(
    items: readonly Item[],
    options: Options,
    call: (engine: Model, part: readonly Item[], options: Options, from: number) => Promise<Result>,
  ): Promise<Result[]> {
    const stop = new AbortController()
    const signals = options.signal === undefined ? [stop.signal] : [stop.signal, options.signal]
    const signal = AbortSignal.any(signals)
    const progress = new SharedProgress(items.length, options.onProgress)
    const parts = this.#engines.flatMap((engine, i) => {
      const from = Math.floor((items.length * i) / this.#engines.length)
      const to = Math.floor((items.length * (i + 1)) / this.#engines.length)
      // An empty call is still made where there is nothing to do at all, so that its arguments are checked.
      if (from === to && !(items.length === 0 && i === 0)) return []
      return [{ engine, from, part: items.slice(from, to) }]
    })
    let failure: unknown
    const results = await Promise.allSettled(
      parts.map(({ engine, from, part }, i) =>
        call(engine, part, { ...options, signal, onProgress: progress.of(i) }, from).catch(error => {
          failure ??= error
          stop.abort()
          throw error
        }),
      ),
    )
    return results.map(result => {
      if (result.status === 'rejected') throw failure
      return result.value
    })
  }
}

/** Adds up what the parts report. */
class SharedProgress {
  readonly #total: number
  readonly #onProgress: ScoreOptions['onProgress']
  readonly #parts = new Map<number, { done: number; rate: number }>()

  constructor(total: number, onProgress: ScoreOptions['onProgress']) {
    this.#total = total
    this.#onProgress = onProgress
  }

  of(part: number): ScoreOptions['onProgress'] {
    const report = this.#onProgress
    if (report === undefined) return undefined
    return event => {
      this.#parts.set(part, { done: event.done, rate: event.tokensPerSecond ?? 0 })
      const parts = [...this.#parts.values()]
      const tokensPerSecond = parts.reduce((sum, { rate }) => sum + rate, 0)
      report({
        ...event,
        done: parts.reduce((sum, { done }) => sum + done, 0),
        total: this.#total,
        ...(tokensPerSecond > 0 ? { tokensPerSecond } : {}),
      })
    }
  }
}
