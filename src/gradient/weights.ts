/** The tensors of a model's last blocks, as they are in its file, quantised or not. */
import { closeSync, openSync, readSync } from 'node:fs'
import { PlimsollError } from '../errors.ts'
import type { Ggml } from '../native/ggml.ts'
import type { Pointer } from '../native/pointer.ts'
import type { TailSource, TensorPlace } from './source.ts'

/** A matrix or vector that nothing trains. */
export interface Weight {
  readonly tensor: Pointer
  /** Columns, and rows; a vector has one row. */
  readonly shape: readonly [number, number]
  /** Bytes from a row to the next. */
  readonly stride: number
  readonly isF32: boolean
}

const pieceBytes = 1 << 24

interface Machine {
  readonly ggml: Ggml
  readonly backend: Pointer
  /** By name. */
  readonly mapped: ReadonlyMap<string, Pointer>
}

export class TailWeights implements Disposable {
  /** Of those that were copied. */
  readonly bytes: number
  readonly #ggml: Ggml
  readonly #context: Pointer
  /** null where every weight already lay in memory. */
  readonly #buffer: Pointer | null
  readonly #weights: ReadonlyMap<string, Weight>

  /**
   * Every block above `layer`, the last norm, and the output matrix; read from the file as far as they are not mapped.
   * @throws PlimsollError `out-of-memory`, `model-invalid` for a file that ends early
   */
  constructor({ ggml, backend, mapped }: Machine, source: TailSource, layer: number) {
    const places = placesAbove(source.tensors, layer)
    const copied = places.filter(({ name }) => !mapped.has(name))
    this.#ggml = ggml
    this.#context = ggml.newContext(copied.length + 1)
    const weights = new Map<string, Weight>()
    for (const { name, shape, type, bytes } of places) {
      const [columns = 1, rows = 1] = shape
      const tensor = mapped.get(name) ?? ggml.newTensor(this.#context, type, shape)
      weights.set(name, { tensor, shape: [columns, rows], stride: bytes / rows, isF32: type === ggml.types.f32 })
    }
    this.bytes = copied.reduce((sum, { bytes }) => sum + bytes, 0)
    this.#buffer = copied.length === 0 ? null : ggml.allocateTensors(this.#context, backend)
    if (this.#buffer === null && copied.length > 0) {
      ggml.freeContext(this.#context)
      throw new PlimsollError('out-of-memory', 'There is too little memory to train through this model', {
        found: `no room for ${Math.ceil(this.bytes / 2 ** 20)} MiB of weights`,
        fix: 'Train at a later layer, or take a smaller quantisation of the model.',
      })
    }
    this.#weights = weights
    try {
      if (copied.length > 0) this.#read(source.file, copied)
    } catch (error) {
      this[Symbol.dispose]()
      throw error
    }
  }

  /** Those of one block. */
  ofBlock(layer: number): Weight[] {
    return [...this.#weights].filter(([name]) => name.startsWith(`blk.${layer}.`)).map(([, weight]) => weight)
  }

  /** null where the model has none of this name. */
  find(name: string): Weight | null {
    return this.#weights.get(name) ?? null
  }

  /** @throws PlimsollError `model-unsupported` */
  get(name: string): Weight {
    const found = this.find(name)
    if (found !== null) return found
    throw new PlimsollError('model-unsupported', 'Nothing can be trained through this model', {
      found: `no tensor ${name}`,
      expected: 'a block as its family has it',
      fix: 'Take a method that needs no gradients, such as diffmean, or another model.',
    })
  }

  [Symbol.dispose](): void {
    if (this.#buffer !== null) this.#ggml.freeBuffer(this.#buffer)
    this.#ggml.freeContext(this.#context)
  }

  #read(file: string, places: readonly TensorPlace[]): void {
    const piece = new Uint8Array(pieceBytes)
    const descriptor = openSync(file, 'r')
    try {
      for (const { name, start, bytes } of places) {
        const { tensor } = this.get(name)
        for (let offset = 0; offset < bytes; ) {
          const read = readSync(descriptor, piece, 0, Math.min(pieceBytes, bytes - offset), start + offset)
          if (read === 0)
            throw new PlimsollError('model-invalid', 'The model file ends before its last tensor', {
              found: `the end of the file within ${name}`,
              where: file,
              fix: 'Download the file again.',
            })
          this.#ggml.write(tensor, piece, offset, read)
          offset += read
        }
      }
    } finally {
      closeSync(descriptor)
    }
  }
}

/** What is read of a file for the blocks above a layer. */
export function placesAbove(tensors: readonly TensorPlace[], layer: number): TensorPlace[] {
  const ties = !tensors.some(({ name }) => name === 'output.weight')
  return tensors.filter(({ name }) => {
    const block = /^blk\.(\d+)\./.exec(name)?.[1]
    if (block !== undefined) return Number(block) > layer
    if (name === 'token_embd.weight') return ties
    return name === 'output.weight' || name === 'output_norm.weight' || name === 'rope_freqs.weight'
  })
}
