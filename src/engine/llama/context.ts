/**
 * One llama.cpp context: batches of the two shapes in which row i of a tensor is token i of the batch (one sequence of
 * any length, or equally many tokens each of sequences in ascending order), whose states a callback reads and edits.
 */
import koffi from 'koffi'
import { PlimsollError } from '../../errors.ts'
import type { Llama, Pointer } from '../../native/llama.ts'
import { AbortCallback, type Batch } from '../../native/structs.ts'
import type { Adapter } from '../types.ts'
import type { Adapters } from './adapters.ts'
import type { SiteMap } from './sites.ts'
import { type Row, StateCallback, type StateVisitor } from './state-callback.ts'

export interface ContextShape {
  /** Sequences with a key/value stream of their own. */
  readonly sequences: number
  /** Cells of each stream; of the one stream that all sequences share where they are unified. */
  readonly cells: number
  /** Default `separate`. */
  readonly streams?: 'separate' | 'unified'
  /** Tokens with logits in one batch, at most. */
  readonly outputs: number
}

export interface ContextSettings {
  readonly threads: number
  readonly cache: 'f16' | 'f32'
  readonly flashAttention: 'auto' | 'off'
  /** From the probe. Adapters add nodes to the graph, so that places are recognised otherwise. */
  readonly sitesWith: (adapters: readonly Adapter[]) => SiteMap
  readonly vocabulary: number
  readonly width: number
  readonly layers: number
  readonly adapters: Adapters
  readonly cancelled: () => boolean
  readonly stopsEarly: boolean
  /** Told of every tensor before it is computed; for the probe. */
  readonly onTensor?: (tensor: Pointer, name: string) => void
  /** Default true. Without it nobody can read or edit a state: what a benchmark compares with. */
  readonly callback?: boolean
}

/** One token of a batch. */
interface Entry extends Row {
  readonly token: number
  readonly output: boolean
}

/** Tokens of one sequence from `position` on. */
export interface Piece {
  readonly sequence: number
  readonly position: number
  readonly tokens: readonly number[]
  readonly output: boolean
}

/** Longest batch: also the longest piece of a prompt computed at once. */
export const maxBatch = 512
/** From this batch size on every node of the graph is a point at which a cancelled call stops; asking costs 1 ms. */
const cancellableBatch = 64
const aborted = 2

const graphType = { f32: 0, f16: 1 } as const
const flash = { auto: -1, off: 0 } as const

export class DecodeContext implements Disposable {
  readonly shape: ContextShape
  readonly #llama: Llama
  readonly #settings: ContextSettings
  readonly #context: Pointer
  readonly #memory: Pointer
  readonly #states: StateCallback
  readonly #abort: bigint
  #asksAbort = false
  #sharesVector = false
  readonly #batch: Batch
  readonly #arrays: { token: Int32Array; pos: Int32Array; count: Int32Array; logits: Int8Array; sequence: Int32Array[] }
  #outputIndex: number[] = []
  #adapted: readonly Adapter[] = []

  constructor(llama: Llama, model: Pointer, pool: Pointer, shape: ContextShape, settings: ContextSettings) {
    this.#llama = llama
    this.#settings = settings
    this.shape = shape
    this.#states = new StateCallback(llama, {
      sites: () => settings.sitesWith(this.#adapted),
      width: settings.width,
      maxRows: maxBatch,
      cancelled: settings.cancelled,
      stopsEarly: settings.stopsEarly,
      onTensor: settings.onTensor,
    })
    this.#abort = koffi.register(() => settings.cancelled(), koffi.pointer(AbortCallback))
    const context = llama.newContext(model, {
      ...llama.contextDefaults(),
      n_ctx: shape.streams === 'unified' ? shape.cells : shape.sequences * shape.cells,
      n_batch: maxBatch,
      n_ubatch: maxBatch,
      n_seq_max: shape.sequences,
      n_outputs_max: Math.max(shape.outputs, shape.sequences),
      n_outputs_max_per_seq: 0,
      n_threads: settings.threads,
      n_threads_batch: settings.threads,
      flash_attn_type: flash[settings.flashAttention],
      type_k: graphType[settings.cache],
      type_v: graphType[settings.cache],
      kv_unified: shape.streams === 'unified',
      cb_eval: settings.callback === false ? null : this.#states.pointer,
    })
    if (context === null) {
      this.#states[Symbol.dispose]()
      koffi.unregister(this.#abort)
      throw new PlimsollError('out-of-memory', 'The model could not be given a working context', {
        found: llama.complaints.at(-1) ?? `${shape.sequences} sequences of ${shape.cells} tokens`,
        fix: 'Use fewer slots or shorter prompts, or close other programs.',
      })
    }
    this.#context = context
    this.#memory = llama.memory(context)
    llama.attachThreadPool(context, pool, pool)
    this.#batch = llama.newBatch(maxBatch, 0, 1)
    const ints = (address: bigint, length: number) => new Int32Array(koffi.view(address, length * 4))
    const sequences = new BigUint64Array(koffi.view(this.#batch.seq_id, maxBatch * 8))
    this.#arrays = {
      token: ints(this.#batch.token, maxBatch),
      pos: ints(this.#batch.pos, maxBatch),
      count: ints(this.#batch.n_seq_id, maxBatch),
      logits: new Int8Array(koffi.view(this.#batch.logits, maxBatch)),
      sequence: Array.from(sequences, address => ints(address, 1)),
    }
  }

  /** Who reads and edits the states of the next batches; null for nobody. */
  get visitor(): StateVisitor | null {
    return this.#states.visitor
  }

  set visitor(visitor: StateVisitor | null) {
    this.#states.visitor = visitor
  }

  /** Tokens of one sequence from `position` on, at most `maxBatch`. `outputs`: which of them get logits. */
  decodeSequence(
    sequence: number,
    position: number,
    tokens: readonly number[],
    outputs: 'none' | 'last' | 'all',
  ): void {
    const last = tokens.length - 1
    this.#decode(
      tokens.map((token, i) => ({
        token,
        sequence,
        position: position + i,
        output: outputs === 'all' || (outputs === 'last' && i === last),
      })),
    )
  }

  /**
   * Equally many tokens each of several sequences, in ascending order of sequence and without gaps, at most `maxBatch` in
   * all. `output`: whether the last of a piece gets logits; they count in the order of those that do.
   */
  decodePieces(pieces: readonly Piece[]): void {
    const [{ tokens: first } = { tokens: [] }] = pieces
    if (pieces.some(({ tokens }) => tokens.length !== first.length))
      throw new RangeError('pieces that are computed together are of one length')
    this.#decode(
      pieces.flatMap(({ sequence, position, tokens, output }) =>
        tokens.map((token, i) => ({
          token,
          sequence,
          position: position + i,
          output: output && i === tokens.length - 1,
        })),
      ),
    )
  }

  /** One token each of several sequences, in ascending order of sequence and without gaps; every one gets logits. */
  decodeStep(
    entries: readonly { readonly sequence: number; readonly position: number; readonly token: number }[],
  ): void {
    this.#decode(entries.map(entry => ({ ...entry, output: true })))
  }

  /** Logits of the i-th token of the last batch that asked for some. The view is valid until the next decode. */
  logits(index: number): Float32Array {
    const batchIndex = this.#outputIndex[index]
    const address = batchIndex === undefined ? null : this.#llama.logits(this.#context, batchIndex)
    if (address === null) {
      throw new PlimsollError('internal', 'No logits were computed for this token', { found: `output ${index}` })
    }
    return new Float32Array(koffi.view(address, this.#settings.vocabulary * 4))
  }

  /** Adds to every token's residual state: one row for each layer from 1 on; null takes them away. */
  setSharedVector(rows: Float32Array | null): void {
    if (rows === null && !this.#sharesVector) return
    const { width, layers } = this.#settings
    const code = this.#llama.setControlVector(this.#context, rows, rows?.length ?? 0, width, 1, layers - 1)
    this.#sharesVector = rows !== null
    if (code === 0) return
    throw new PlimsollError('internal', 'llama.cpp did not take a control vector', {
      found: this.#llama.complaints.at(-1) ?? `code ${code}`,
    })
  }

  /** From the next batch on, computes with these LoRA adapters and no others. @throws PlimsollError `adapter-invalid` */
  setAdapters(adapters: readonly Adapter[]): void {
    this.#settings.adapters.set(this.#context, adapters)
    this.#adapted = adapters
    this.#states.forgetGraph()
  }

  /** Tokens with logits in one batch, at most. */
  get outputs(): number {
    return Math.max(this.shape.outputs, this.shape.sequences)
  }

  /** Blocks of the model. */
  get layers(): number {
    return this.#settings.layers
  }

  clear(): void {
    this.#llama.clear(this.#memory, false)
  }

  /** Empties every sequence and overwrites what they held: masked cells that hold NaN still spoil their stream. */
  wipe(): void {
    this.#llama.clear(this.#memory, true)
  }

  /**
   * Drops the cells of a sequence from `position` on, −1 for all of them. False, and nothing changed, where the model
   * keeps a state that cannot go back: a recurrent one.
   */
  truncate(sequence: number, position: number): boolean {
    return this.#llama.removeSequence(this.#memory, sequence, position, -1)
  }

  /** Makes `target` an exact copy of `source`. Streams can only be copied whole. */
  copy(source: number, target: number): void {
    this.#llama.removeSequence(this.#memory, target, -1, -1)
    this.#llama.copySequence(this.#memory, source, target, -1, -1)
  }

  [Symbol.dispose](): void {
    this.#llama.freeContext(this.#context)
    this.#llama.freeBatch(this.#batch)
    this.#states[Symbol.dispose]()
    koffi.unregister(this.#abort)
  }

  #decode(entries: readonly Entry[]): void {
    const { token, pos, count, logits, sequence } = this.#arrays
    for (const [i, entry] of entries.entries()) {
      token[i] = entry.token
      pos[i] = entry.position
      count[i] = 1
      logits[i] = entry.output ? 1 : 0
      sequence[i]![0] = entry.sequence
    }
    this.#outputIndex = entries.flatMap((entry, i) => (entry.output ? [i] : []))
    this.#batch.n_tokens = entries.length
    this.#states.begin(
      entries,
      entries.filter(entry => entry.output),
    )
    const asks = entries.length >= cancellableBatch
    if (asks !== this.#asksAbort) this.#llama.setAbort(this.#context, asks ? this.#abort : null, null)
    this.#asksAbort = asks
    const code = this.#llama.decode(this.#context, this.#batch)
    if (this.#settings.cancelled()) throw new PlimsollError('cancelled', 'The call was cancelled')
    if (this.#states.failure !== null) throw failed(this.#states.failure)
    if (this.#states.stopped) this.#outputIndex = []
    if (code === 0) return
    if (code === aborted) throw new PlimsollError('cancelled', 'The call was cancelled')
    throw new PlimsollError('internal', 'llama.cpp could not compute a batch', {
      found: `code ${code}: ${this.#llama.complaints.at(-1) ?? 'no message'}`,
      expected: `room for ${this.shape.sequences} sequences of ${this.shape.cells} tokens`,
    })
  }
}

function failed(cause: unknown): PlimsollError {
  if (cause instanceof PlimsollError) return cause
  return new PlimsollError('edit-failed', 'Reading or editing hidden states failed', {
    found: cause instanceof Error ? cause.message : String(cause),
    fix: 'Check the steering of the requests in this call; later calls are not affected.',
    cause,
  })
}
