/**
 * Several engines on one model file: every call is cut into equal runs of neighbouring requests, one for each engine.
 *
 * Threads of one engine wait for each other at every operation, so a single other program on the machine can slow them
 * down many times over; engines of one thread each only lose the processor's share. The cut depends on nothing but the
 * number of requests and of engines, so answers stay repeatable: what is computed together decides their last bits, and
 * a queue from which engines take more as they are done would be another cut every time. Which engine computes a part
 * changes nothing; those with least to do come first. The weights are mapped once.
 */
import type { RunOptions } from '../progress.ts'
import { EMBEDDING } from './place.ts'
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
} from './types.ts'
import { parseWhere, type WhereInput } from './where.ts'

/** One engine of several. */
export interface PoolEngine extends Model {
  /** The same engine for a part of a larger call, whose first request has this index in it. */
  from(first: number): Model
}

/** A model that computes on all of `engines`, which it owns from now on; at least one. */
export function poolOf(engines: readonly [PoolEngine, ...PoolEngine[]]): Model {
  return engines.length === 1 ? engines[0] : new PooledModel(engines)
}

class PooledModel implements Model {
  readonly info: ModelInfo
  readonly #engines: readonly PoolEngine[]
  readonly #first: PoolEngine
  /** Parts of calls that each engine has and has not answered. */
  readonly #busy = new Map<PoolEngine, number>()

  constructor(engines: readonly [PoolEngine, ...PoolEngine[]]) {
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

  async *stream(prompt: Prompt, options?: GenerateOptions): AsyncGenerator<Token, void, undefined> {
    const engine = this.#leastBusy()[0] ?? this.#first
    this.#count(engine, 1)
    try {
      yield* engine.stream(prompt, options)
    } finally {
      this.#count(engine, -1)
    }
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
      width: captures[0]?.width ?? this.info.width,
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

  divergence(
    items: readonly DivergenceItem[],
    steerings: readonly Steering[],
    options: DivergenceOptions = {},
  ): Promise<Float64Array[][]> {
    const total = items.length * steerings.length
    return this.#share(items, options, (engine, part, shared) => engine.divergence(part, steerings, shared), total)
  }

  /** One engine trains, on the threads of all. */
  train(examples: readonly TrainingExample[], spec: TrainingSpec, options: TrainOptions = {}): Promise<Training> {
    const engine = this.#leastBusy()[0] ?? this.#first
    const threads = options.threads ?? this.info.engine.threads * this.#engines.length
    return this.#counted(engine, () => engine.train(examples, spec, { ...options, threads }))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#engines.map(engine => engine[Symbol.asyncDispose]()))
  }

  /** Those with least to do first; of those alike, in their order. */
  #leastBusy(): PoolEngine[] {
    return this.#engines.toSorted((a, b) => (this.#busy.get(a) ?? 0) - (this.#busy.get(b) ?? 0))
  }

  #count(engine: PoolEngine, by: 1 | -1): void {
    this.#busy.set(engine, (this.#busy.get(engine) ?? 0) + by)
  }

  async #counted<Result>(engine: PoolEngine, call: () => Promise<Result>): Promise<Result> {
    this.#count(engine, 1)
    try {
      return await call()
    } finally {
      this.#count(engine, -1)
    }
  }

  async #share<Item, Options extends RunOptions, Result>(
    items: readonly Item[],
    options: Options,
    call: (engine: Model, part: readonly Item[], options: Options, from: number) => Promise<Result[]>,
    total = items.length,
  ): Promise<Result[]> {
    return (await this.#shareParts(items, options, call, total)).flat()
  }

  /**
   * Results of the parts in their order. When one fails, the others are cancelled and its error is thrown.
   * @param total what progress counts up to
   */
  async #shareParts<Item, Options extends RunOptions, Result>(
    items: readonly Item[],
    options: Options,
    call: (engine: Model, part: readonly Item[], options: Options, from: number) => Promise<Result>,
    total = items.length,
  ): Promise<Result[]> {
    const stop = new AbortController()
    const signals = options.signal === undefined ? [stop.signal] : [stop.signal, options.signal]
    const signal = AbortSignal.any(signals)
    const progress = new SharedProgress(total, options.onProgress)
    const parts = partsOf(items, this.#leastBusy())
    let failure: unknown
    const results = await Promise.allSettled(
      parts.map(({ engine, from, part }, i) =>
        this.#counted(engine, () =>
          call(engine.from(from), part, { ...options, signal, onProgress: progress.of(i) }, from),
        ).catch(error => {
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

/** Equal runs of neighbours. An empty one is still made where there is nothing to do at all, so that arguments are checked. */
function partsOf<Item>(items: readonly Item[], engines: readonly PoolEngine[]) {
  const count = Math.max(1, Math.min(items.length, engines.length))
  return engines.slice(0, count).map((engine, i) => {
    const from = Math.floor((items.length * i) / count)
    return { engine, from, part: items.slice(from, Math.floor((items.length * (i + 1)) / count)) }
  })
}

/** Adds up what the parts report. */
class SharedProgress {
  readonly #total: number
  readonly #onProgress: RunOptions['onProgress']
  readonly #parts = new Map<number, { done: number; rate: number }>()

  constructor(total: number, onProgress: RunOptions['onProgress']) {
    this.#total = total
    this.#onProgress = onProgress
  }

  of(part: number): RunOptions['onProgress'] {
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
