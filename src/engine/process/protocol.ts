/** What the caller's process and the engine's process say to each other. Every message stays below 2 MB. */
import { type ErrorCode, PlimsollError } from '../../errors.ts'
import type { TrainableSpec } from '../../gradient/edits/index.ts'
import type { TailSource } from '../../gradient/source.ts'
import type { Checkpoint, TrainingSettings } from '../../gradient/train.ts'
import type { LoadOptions } from '../llama/model.ts'
import type {
  Adapter,
  Generation,
  ModelInfo,
  Prompt,
  Rendered,
  Sampling,
  Score,
  Steering,
  Token,
  TokenProbability,
  Training,
} from '../types.ts'
import type { Where } from '../where.ts'

export type OpenArguments = LoadOptions

interface WireRequest {
  readonly prompt: Prompt
  readonly steering?: Steering | undefined
}

/** Calls: what is asked, what is answered at the end, and what is told on the way. */
export interface Calls {
  open: { arguments: OpenArguments; result: ModelInfo; event: never }
  tokenize: { arguments: { text: string; special: 'parse' | 'plain' }; result: Int32Array; event: never }
  detokenize: { arguments: { tokens: readonly number[] }; result: string; event: never }
  render: { arguments: { prompt: Prompt }; result: Rendered; event: never }
  generate: {
    arguments: {
      requests: readonly (WireRequest & {
        maxTokens: number
        sampling?: Sampling | undefined
        adapters?: readonly Adapter[] | undefined
      })[]
      slots: number
      stop: readonly string[]
      /** Default: none. */
      firstTokens?: readonly number[]
      tokens: 'tell' | 'keep'
      /** Default `throw`. */
      failures?: 'throw' | 'return'
    }
    result: null
    event:
      | { readonly kind: 'token'; readonly index: number; readonly token: Token }
      /** In pieces, before the generation that they belong to. */
      | { readonly kind: 'probabilities'; readonly index: number; readonly probabilities: readonly TokenProbability[] }
      | {
          readonly kind: 'generation'
          readonly index: number
          readonly generation: Omit<Generation, 'error' | 'probabilities'>
          readonly error: WireError | null
        }
  }
  capture: {
    arguments: {
      requests: readonly (WireRequest & { continuation?: string | undefined })[]
      where: Where
      reduce: 'none' | 'mean' | 'last'
      adapters: readonly Adapter[]
    }
    result: { readonly layers: readonly number[]; readonly width: number }
    event:
      | {
          readonly kind: 'states'
          readonly index: number
          readonly layer: number
          /** Of all pieces of this prompt and layer together. */
          readonly values: number
          readonly offset: number
          readonly states: Float32Array
        }
      | { readonly kind: 'positions'; readonly index: number; readonly positions: readonly number[] }
  }
  score: {
    arguments: { requests: readonly (WireRequest & { continuation: string })[]; adapters: readonly Adapter[] }
    result: null
    event: { readonly kind: 'score'; readonly index: number; readonly score: Score }
  }
  firstToken: {
    arguments: { requests: readonly WireRequest[]; tokens: readonly number[]; adapters: readonly Adapter[] }
    result: null
    event: { readonly kind: 'first'; readonly index: number; readonly logProbabilities: Float64Array }
  }
  divergence: {
    arguments: {
      requests: readonly {
        readonly prompt: Prompt
        readonly continuation: string
        readonly steerings: readonly (Steering | undefined)[]
      }[]
      adapters: readonly Adapter[]
    }
    result: null
    event: {
      readonly kind: 'divergence'
      readonly index: number
      readonly steering: number
      readonly divergences: Float64Array
    }
  }
  train: {
    arguments: {
      examples: readonly { readonly prompt: Prompt; readonly target: string; readonly use: 'train' | 'validate' }[]
      /** Whose states are edited; −1: the embedding. */
      layer: number
      tokens: Where['tokens']
      edit: TrainableSpec
      settings: TrainingSettings
      threads: number
      source: TailSource
      from?: Checkpoint | undefined
    }
    result: Training
    event:
      | { readonly kind: 'read'; readonly done: number }
      | { readonly kind: 'step'; readonly done: number; readonly total: number; readonly loss: number }
      | { readonly kind: 'checkpoint'; readonly checkpoint: Checkpoint }
  }
  /** Native code that fails on purpose: how crashes are tested for real. */
  fail: { arguments: { how: 'abort' | 'segmentation-fault' }; result: null; event: never }
}

export type CallName = keyof Calls
export type Call = { [K in CallName]: { readonly name: K; readonly arguments: Calls[K]['arguments'] } }[CallName]
export type Event = Calls[CallName]['event']

export type ToEngine =
  | {
      readonly type: 'call'
      readonly id: number
      readonly call: Call
      /** The caller's index of the call's first request. Events count from 0 all the same. */
      readonly first: number
      /** File with the arrays that were too large for this message. */
      readonly cargo: string | null
    }
  | { readonly type: 'cancel'; readonly id: number }

/** What the engine's process hands to its worker: `flag` is the word that becomes 1 when the call is cancelled. */
export interface ToWorker {
  readonly type: 'call'
  readonly id: number
  readonly call: Call
  readonly first: number
  readonly cargo: string | null
  readonly flag: number
}

/** Calls that the worker can have at once. */
export const mostCalls = 1024

/** What is said of one call. */
export type Said =
  | { readonly type: 'event'; readonly id: number; readonly event: Event }
  | { readonly type: 'done'; readonly id: number; readonly result: unknown }
  | { readonly type: 'failed'; readonly id: number; readonly error: WireError }

/** All that is said at a time: a message costs the same whether it tells of one token or of one of each answer. */
export interface FromEngine {
  readonly type: 'said'
  readonly said: readonly Said[]
}

export interface WireError {
  readonly code: ErrorCode
  readonly message: string
  readonly found: string | undefined
  readonly expected: string | undefined
  readonly fix: string | undefined
  readonly where: string | undefined
}

export function toWire(error: unknown): WireError {
  if (error instanceof PlimsollError) {
    const { code, message, found, expected, fix, where } = error
    return { code, message, found, expected, fix, where }
  }
  return {
    code: 'internal',
    message: 'The engine failed in a way it should not',
    found: error instanceof Error ? (error.stack ?? error.message) : String(error),
    expected: undefined,
    fix: 'Please report this with the text above.',
    where: undefined,
  }
}

export function fromWire(error: WireError): PlimsollError {
  return new PlimsollError(error.code, error.message, error)
}

/** Both ends are this package, so a message is recognised by its type alone. */
export function isFromEngine(message: unknown): message is FromEngine {
  return typeof message === 'object' && message !== null && 'type' in message && message.type === 'said'
}

export function isToEngine(message: unknown): message is ToEngine {
  return typeof message === 'object' && message !== null && 'type' in message && 'id' in message
}

export function isToWorker(message: unknown): message is ToWorker {
  return isToEngine(message) && message.type === 'call' && 'flag' in message
}

/** `.ts` in a clone, `.js` in the package: the path of a program beside the calling module. */
export function sibling(name: string, from: string): URL {
  return new URL(`./${name}${from.endsWith('.ts') ? '.ts' : '.js'}`, from)
}
