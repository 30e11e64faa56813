/** The tensors of a model's last blocks, read from its file as they are, quantised or not. */
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

export class TailWeights implements Disposable {
  readonly bytes: number
  readonly #ggml: Ggml
  readonly #context: Pointer
  readonly #buffer: Pointer
  readonly #weights: ReadonlyMap<string, Weight>

  /**
   * Reads every block above `layer`, the last norm, and the output matrix.
   * @throws PlimsollError `out-of-memory`, `model-invalid` for a file that ends early
   */
  constructor(ggml: Ggml, backend: Pointer, source: TailSource, layer: number) {
    const places = placesAbove(source.tensors, layer)
    this.#ggml = ggml
    this.#context = ggml.newContext(places.length + 1)
    const weights = new Map<string, Weight>()
    for (const { name, shape, type, bytes } of places) {
      const [columns = 1, rows = 1] = shape
      const tensor = ggml.newTensor(this.#context, type, shape)
      weights.set(name, { tensor, shape: [columns, rows], stride: bytes / rows, isF32: type === ggml.types.f32 })
    }
    this.bytes = places.reduce((sum, { bytes }) => sum + bytes, 0)
    const buffer = ggml.allocateTensors(this.#context, backend)
    if (buffer === null) {
      ggml.freeContext(this.#context)
      throw new PlimsollError('out-of-memory', 'There is too little memory to train through this model', {
        found: `no room for ${Math.ceil(this.bytes / 2 ** 20)} MiB of weights`,
        fix: 'Train at a later layer, or take a smaller quantisation of the model.',
      })
    }
    this.#buffer = buffer
    this.#weights = weights
    try {
      this.#read(source.file, places)
    } catch (error) {
      this[Symbol.dispose]()
      throw error
    }
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
    this.#ggml.freeBuffer(this.#buffer)
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
