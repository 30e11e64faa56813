/**
 * What can be asked of a model: the one interface that llama.cpp and the reference transformer both implement.
 *
 * Layers are counted from 0; `residual` at layer k is the residual stream after block k (llama.cpp's `l_out-k`),
 * `embedding` is the input of block 0.
 */
import type { PlimsollError } from '../errors.ts'
import type { RunOptions } from '../progress.ts'
import type { ThinkingMarks } from './generated-parts.ts'
import type { Prompt } from './prompt-types.ts'
import type { Sampling, TokenProbability } from './sampling/types.ts'
import type { Steering } from './steering-types.ts'
import type { Training, TrainingExample, TrainingSpec, TrainOptions } from './training-types.ts'
import type { Part, Site, WhereInput } from './where.ts'

export type * from './prompt-types.ts'
export type * from './sampling/types.ts'
export type * from './steering-types.ts'
export type * from './training-types.ts'

/** Tokens of one part of a prompt, as a half-open range of positions. */
export interface Span {
  readonly part: Part
  readonly start: number
  readonly end: number
}

/** Tokens of one rendered prompt. Spans are half-open token ranges. */
export interface Rendered {
  readonly text: string
  readonly tokens: readonly number[]
  /** What each token is a part of, ascending; tokens of the chat template between the messages are in none. */
  readonly parts: readonly Span[]
  /** Tokens of the chat template after the last instruction, up to where the answer starts; empty for raw text. */
  readonly templateSuffix: readonly [start: number, end: number]
  /** Whether token 0 is the beginning-of-sequence token. */
  readonly startsWithBos: boolean
  /** How the model marks its thinking; null where it has no marks that are known. */
  readonly thinking: ThinkingMarks | null
}

export interface GenerateOptions extends RunOptions {
  /** Steers every prompt that has no steering of its own. */
  readonly steering?: Steering | undefined
  /** Default 256. */
  readonly maxTokens?: number | undefined
  /** Generation ends before the first of these strings. */
  readonly stop?: readonly string[] | undefined
  /** Sequences decoded together; default 16. Part of what decides the last bits of a text. */
  readonly slots?: number | undefined
  /** How tokens are chosen, for every prompt that does not say it itself. Default: the most likely one. */
  readonly sampling?: Sampling | undefined
  /** Tokens whose log-probability as the first of the answer is told beside it, at no further reading of the prompt. */
  readonly firstTokens?: readonly number[] | undefined
  /** LoRA adapters for every prompt that has none of its own. */
  readonly adapters?: readonly Adapter[] | undefined
  /**
   * `throw` (default): the call ends with the error of the first request that fails. `return`: a request that fails
   * alone has `finish: 'failed'` and its `error`; the others are answered.
   */
  readonly failures?: 'throw' | 'return' | undefined
  readonly onToken?: ((index: number, token: Token) => void) | undefined
}

/** One request of a batch with its own steering. */
export interface Request {
  readonly prompt: Prompt
  readonly steering?: Steering | undefined
  readonly maxTokens?: number | undefined
  readonly sampling?: Sampling | undefined
  readonly adapters?: readonly Adapter[] | undefined
}

/** A LoRA adapter in a GGUF file. */
export interface Adapter {
  readonly file: string
  /** Default 1. */
  readonly scale?: number | undefined
}

export interface Token {
  readonly id: number
  readonly text: string
  /** Where log-probabilities were asked for. */
  readonly probability?: TokenProbability
}

export interface TraceLayer {
  readonly site: Site
  readonly layer: number
  readonly tokens: number
  readonly relativeChange: number | null
}

/** What a condition on the prompt measured, and whether its term was applied. */
export interface GateDecision {
  /** Index of the term in the steering, compound vectors spelled out. */
  readonly term: number
  readonly value: number
  readonly open: boolean
}

/** What steering did to one request. */
export interface Trace {
  /**
   * Per edited site and layer (−1 = embedding): tokens edited, and the mean of ‖h′ − h‖/‖h‖ over them; null where the
   * fast path added the vector inside of llama.cpp and nobody saw h.
   */
  readonly layers: readonly TraceLayer[]
  /** How each condition of the steering was decided, in the order of its terms. */
  readonly gates?: readonly GateDecision[]
  readonly promptTokens: number
  readonly generatedTokens: number
}

export interface Generation {
  readonly text: string
  readonly tokens: readonly number[]
  /** `stop`: the model ended its turn or a stop string was met; `length`: maxTokens was reached; `failed`: see `error`. */
  readonly finish: 'stop' | 'length' | 'failed'
  /** Present when `finish` is `failed`, which takes `failures: 'return'`. */
  readonly error?: PlimsollError
  /** One for each token, where log-probabilities were asked for. */
  readonly probabilities?: readonly TokenProbability[]
  /** The model's own log-probability of each of the `firstTokens` asked for, whatever the sampling; see `Model.firstToken`. */
  readonly firstTokens?: Float64Array
  /** The prompt as the model saw it. */
  readonly rendered: string
  readonly promptTokens: number
  /** Present whenever the request was steered. */
  readonly trace?: Trace
}

export interface CaptureOptions extends RunOptions {
  /** `last`: the last selected token, `mean`: over the selected tokens, `none`: every one. Default `mean`. */
  readonly reduce?: 'none' | 'mean' | 'last' | undefined
  readonly steering?: Steering | undefined
  /** LoRA adapters that the model computes with, for every prompt. */
  readonly adapters?: readonly Adapter[] | undefined
}

/** A prompt and what follows it; the continuation's tokens count as generated. */
export interface CaptureItem {
  readonly prompt: Prompt
  /** Text that follows the prompt, tokenised by itself. */
  readonly continuation?: string | undefined
  readonly steering?: Steering | undefined
}

/** States read at one site, one entry per prompt. */
export interface Capture {
  readonly site: Site
  /** Layers in the order of `states`; −1 = embedding. */
  readonly layers: readonly number[]
  /** Values in a row: the site's width; for `head`, those of the chosen heads one after the other. */
  readonly width: number
  /** states[prompt][layer]: rows × width values, row-major; one row unless `reduce` is `none`. */
  readonly states: readonly (readonly Float32Array[])[]
  /** positions[prompt]: the selected token positions. */
  readonly positions: readonly (readonly number[])[]
}

export interface ScoreItem {
  readonly prompt: Prompt
  /** Text that would follow the prompt, tokenised by itself. Empty: the prompt's own tokens are scored (perplexity). */
  readonly continuation: string
  readonly steering?: Steering | undefined
}
export interface Score {
  /** Sum of natural log-probabilities of the scored tokens. */
  readonly logLikelihood: number
  readonly tokens: number
  /** Whether greedy decoding would have produced exactly the scored tokens. */
  readonly greedy: boolean
}
/** A text on which steerings are held against nothing done. */
export interface DivergenceItem {
  readonly prompt: Prompt
  /** Text that follows the prompt, tokenised by itself; its tokens count as generated. Empty: the prompt's own tokens. */
  readonly continuation: string
}
export interface DivergenceOptions extends RunOptions {
  /** LoRA adapters that the model computes with, steered or not. */
  readonly adapters?: readonly Adapter[] | undefined
}
export interface ScoreOptions extends DivergenceOptions {
  readonly steering?: Steering | undefined
}

/** A place in every block at which states can be read and edited. */
export interface SiteInfo {
  readonly site: Site
  /** Layers that have it, ascending; [−1] for the embedding. */
  readonly layers: readonly number[]
  /** Values of one token; for `head`, those of one head. */
  readonly width: number
  /** Heads of the site `head`, 1 elsewhere. */
  readonly heads: number
  /** llama.cpp's tensor, `{layer}` standing for the number: `ffn_out-{layer}`, or where it follows from another. */
  readonly tensor: string
  /** Whether a norm stands between this output and the residual stream: none, or one that comes `after` what is read. */
  readonly postNorm: 'none' | 'after'
}

export interface ModelInfo {
  /** What the user called it, or the file's own name. */
  readonly name: string
  readonly file: string
  readonly architecture: string
  /** Blocks. */
  readonly layers: number
  readonly width: number
  readonly heads: number
  readonly vocabulary: number
  /** Tokens the model was trained to look at. */
  readonly contextLength: number
  readonly parameters: number
  readonly bytes: number
  /** Such as `Q4_1`, from the file. */
  readonly quantisation: string
  /** Identifies weights and shape: another fine-tune has another. */
  readonly fingerprint: string
  /** Identifies what else the file says: tokenizer settings, chat template, how positions are scaled. */
  readonly metadata: string
  readonly hasChatTemplate: boolean
  /** What a where-clause can name, found by walking the graph when the model was opened. */
  readonly sites: readonly SiteInfo[]
  readonly engine: EngineInfo
}

/** What decides the last bits of an answer beside model and request. */
export interface EngineInfo {
  readonly implementation: 'llama.cpp' | 'reference'
  /** Release of llama.cpp, such as `v0.5.0`. */
  readonly release: string
  /** CPU variant picked at run time, such as `sapphirerapids`. */
  readonly cpu: string
  /** Threads of each engine. */
  readonly threads: number
  /** Engines that share every call. */
  readonly engines: number
  /** Type of the key/value cache. */
  readonly cache: 'f16' | 'f32'
  readonly flashAttention: 'auto' | 'off'
  readonly device: string
}

export interface OpenOptions {
  /** Threads of each engine. Default: the variable `PLIMSOLL_THREADS`, else the processors shared among the engines. */
  readonly threads?: number | undefined
  /**
   * Engines, each a process of its own, that share every call. Default 1, the fastest for one prompt at a time; for many
   * prompts one engine per processor is faster, and far less disturbed by other programs.
   */
  readonly engines?: number | 'processors' | undefined
  readonly name?: string | undefined
  /** Type of the key/value cache: `f16` (default) or `f32`, which the 1e-4 contract with the reference needs. */
  readonly cache?: 'f16' | 'f32' | undefined
  readonly flashAttention?: 'auto' | 'off' | undefined
  /**
   * `alone` (default): a call has the engine to itself, so its answers do not depend on what else is asked. `together`:
   * concurrent calls of `generate` and `stream` share every step of decoding, in turn: for servers.
   */
  readonly batching?: 'alone' | 'together' | undefined
  /** Layers given to the graphics processor; default `auto`: as many as fit its free memory. 0 on a CPU package. */
  readonly gpuLayers?: number | 'auto' | undefined
  /** One additive vector on every token through llama.cpp itself: `auto` (default) on a GPU, `on`, `off`. */
  readonly fastPath?: 'auto' | 'on' | 'off' | undefined
  /**
   * Milliseconds after which an engine that does not answer to a cancelled call is ended, with all that it has in hand:
   * for servers, whose callers may send it what takes for ever. Default: never.
   */
  readonly unanswered?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** An open model. Calls run one after the other, in the order they were made. */
export interface Model extends AsyncDisposable {
  readonly info: ModelInfo
  /** Tokens of a text, with no beginning-of-sequence token before them. `parse` reads the names of special tokens in it; default `plain`. */
  tokenize(text: string, options?: { readonly special?: 'parse' | 'plain' }): Promise<number[]>
  detokenize(tokens: readonly number[]): Promise<string>
  render(prompt: Prompt): Promise<Rendered>
  /** Greedy unless `sampling` says otherwise. Deterministic for the same list of requests, options and EngineInfo. Results are in the order of requests. */
  generate(prompts: readonly (Prompt | Request)[], options?: GenerateOptions): Promise<Generation[]>
  stream(prompt: Prompt, options?: GenerateOptions): AsyncIterable<Token>
  capture(prompts: readonly (Prompt | CaptureItem)[], where: WhereInput, options?: CaptureOptions): Promise<Capture>
  score(items: readonly ScoreItem[], options?: ScoreOptions): Promise<Score[]>
  /** Log-probability of each of `tokens` as the first token of the answer: result[prompt][token]. */
  firstToken(prompts: readonly Prompt[], tokens: readonly number[], options?: ScoreOptions): Promise<Float64Array[]>
  /**
   * How far each steering moves what the model expects: KL(unsteered ‖ steered) in nats over the whole vocabulary, for
   * every token of the continuation, from what stands before it: result[item][steering][token].
   */
  divergence(
    items: readonly DivergenceItem[],
    steerings: readonly Steering[],
    options?: DivergenceOptions,
  ): Promise<Float64Array[][]>
  /**
   * Trains an edit of one layer so that the targets become likely. Deterministic for the same examples, spec, seed and
   * EngineInfo. Always on the processor.
   */
  train(examples: readonly TrainingExample[], spec: TrainingSpec, options?: TrainOptions): Promise<Training>
}
