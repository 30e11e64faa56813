/**
 * What can be asked of a model: the one interface that llama.cpp and the reference transformer both implement.
 *
 * Layers are counted from 0; `residual` at layer k is the residual stream after block k (llama.cpp's `l_out-k`),
 * `embedding` is the input of block 0.
 */
import type { RunOptions } from '../progress.ts'
import type { Where } from './where.ts'

export interface Message {
  readonly role: 'system' | 'user' | 'assistant'
  readonly content: string
}

/** A string is one user message; `raw` is text that no chat template touches. */
export type Prompt = string | readonly Message[] | { readonly raw: string }

/** Tokens of one rendered prompt. Spans are half-open token ranges. */
export interface Rendered {
  readonly text: string
  readonly tokens: readonly number[]
  /** Tokens of the chat template after the last instruction, up to where the answer starts; empty for raw text. */
  readonly templateSuffix: readonly [start: number, end: number]
  /** Whether token 0 is the beginning-of-sequence token. */
  readonly startsWithBos: boolean
}

/** A unit vector and its natural scale s: an edit at strength α moves a state by α·s along `unit`. */
export interface Direction {
  /** Length = model width, Euclidean norm 1. */
  readonly unit: Float32Array
  readonly scale: number
}

/**
 * A vector and how it acts: `add` h + α·s·û, `ablate` h − α·(h·û)·û.
 * `directions` is one direction for every selected layer, or one per layer (key = layer number).
 */
export interface SteeringVector {
  readonly edit: 'add' | 'ablate'
  readonly where: Where
  readonly directions: Direction | Readonly<Record<number, Direction>>
}

/** Terms are applied in the order given. */
export type Steering = readonly SteeringTerm[]
export interface SteeringTerm {
  readonly vector: SteeringVector
  /** α; default 1. */
  readonly strength?: number
  /** Overrides the vector's own. */
  readonly where?: Where
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
  readonly onToken?: ((index: number, token: Token) => void) | undefined
}

/** One request of a batch with its own steering. */
export interface Request {
  readonly prompt: Prompt
  readonly steering?: Steering | undefined
  readonly maxTokens?: number | undefined
}

export interface Token {
  readonly id: number
  readonly text: string
}

/** What steering did to one request. */
export interface Trace {
  /** Per edited layer (−1 = embedding): tokens edited, and the mean of ‖h′ − h‖/‖h‖ over them. */
  readonly layers: readonly { readonly layer: number; readonly tokens: number; readonly relativeChange: number }[]
  readonly promptTokens: number
  readonly generatedTokens: number
}

export interface Generation {
  readonly text: string
  readonly tokens: readonly number[]
  /** `stop`: the model ended its turn or a stop string was met; `length`: maxTokens was reached. */
  readonly finish: 'stop' | 'length'
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
}

/** States read from the residual stream, one entry per prompt. */
export interface Capture {
  /** Layers in the order of `states`; −1 = embedding. */
  readonly layers: readonly number[]
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
export interface ScoreOptions extends RunOptions {
  readonly steering?: Steering | undefined
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
  readonly hasChatTemplate: boolean
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
  readonly signal?: AbortSignal | undefined
}

/** An open model. Calls run one after the other, in the order they were made. */
export interface Model extends AsyncDisposable {
  readonly info: ModelInfo
  /** Tokens of a text, with no beginning-of-sequence token before them. `parse` reads the names of special tokens in it; default `plain`. */
  tokenize(text: string, options?: { readonly special?: 'parse' | 'plain' }): Promise<number[]>
  detokenize(tokens: readonly number[]): Promise<string>
  render(prompt: Prompt): Promise<Rendered>
  /** Greedy. Deterministic for the same list of requests, options and EngineInfo. Results are in the order of requests. */
  generate(prompts: readonly (Prompt | Request)[], options?: GenerateOptions): Promise<Generation[]>
  stream(prompt: Prompt, options?: GenerateOptions): AsyncIterable<Token>
  capture(prompts: readonly Prompt[], where: Where, options?: CaptureOptions): Promise<Capture>
  score(items: readonly ScoreItem[], options?: ScoreOptions): Promise<Score[]>
  /** Log-probability of each of `tokens` as the first token of the answer: result[prompt][token]. */
  firstToken(prompts: readonly Prompt[], tokens: readonly number[], options?: ScoreOptions): Promise<Float64Array[]>
}
