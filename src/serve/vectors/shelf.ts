/** The vectors that requests can name. They lie in memory: what a request says never becomes a path. */
import type { ModelInfo } from '../../engine/types.ts'
import { checkModel, parseVector, type Vector, vectorBytes } from '../../steer/index.ts'
import type { Measured } from '../../study/measured-vectors.ts'
import { ApiError } from '../http/api-error.ts'
import type { NamedVector } from './names.ts'

export interface Shelved {
  readonly name: string
  readonly vector: Vector
  /** What studies found of it; newest first. */
  readonly measured: readonly Measured[]
  /** Bytes of its file. */
  readonly bytes: number
}

export interface ShelfOptions {
  readonly model: Pick<ModelInfo, 'name' | 'fingerprint' | 'width' | 'layers'>
  /** For each of them what studies found of it; what is left out was not measured. */
  readonly measured: (vectors: readonly Vector[]) => Promise<readonly (readonly Measured[])[]>
  /** When a study last finished; null where none did. It is asked for often. */
  readonly lastFinished: () => Promise<string | null>
  readonly most: number
  readonly mostBytes: number
}

export class VectorShelf {
  readonly #options: ShelfOptions
  readonly #vectors = new Map<string, Shelved>()
  #standard: readonly NamedVector[] = []
  /** When a study had last finished as the vectors were looked up. */
  #lookedAt: string | null = null

  constructor(options: ShelfOptions) {
    this.#options = options
  }

  list(): readonly Shelved[] {
    return [...this.#vectors.values()]
  }

  find(name: string): Shelved | undefined {
    return this.#vectors.get(name)
  }

  /** @throws ApiError 404 */
  get(name: string): Shelved {
    const found = this.find(name)
    if (found !== undefined) return found
    const known = [...this.#vectors.keys()].join(', ') || 'none'
    throw new ApiError(404, `There is no vector ${JSON.stringify(name)}; there are: ${known}`, {
      code: 'vector_not_found',
      fix: 'Name one that is there, or upload it: POST /v1/vectors?name=NAME.',
    })
  }

  /** What steers a request to the model `default` that says nothing of steering. */
  get standard(): readonly NamedVector[] {
    return this.#standard
  }

  /** @throws ApiError 404 for a vector that is not there */
  setStandard(steering: readonly NamedVector[]): void {
    for (const { vector } of steering) this.get(vector)
    this.#standard = steering.map(({ vector, strength }) => ({ vector, strength }))
  }

  /**
   * @param bytes a `.safetensors` file
   * @throws PlimsollError `invalid-input`, `vector-mismatch`; ApiError 409 where the name is taken, 413 where the shelf is full
   */
  upload(name: string, bytes: Uint8Array): Promise<Shelved> {
    return this.add(name, parseVector(bytes))
  }

  async add(name: string, vector: Vector): Promise<Shelved> {
    checkModel(vector, this.#options.model)
    const bytes = vectorBytes(vector).length
    const [measured = []] = await this.#options.measured([vector])
    this.checkFree(name)
    const total = this.list().reduce((sum, shelved) => sum + shelved.bytes, bytes)
    if (this.#vectors.size >= this.#options.most || total > this.#options.mostBytes) {
      throw new ApiError(413, `There is room for ${this.#options.most} vectors of ${this.#options.mostBytes} bytes`, {
        code: 'shelf_full',
        fix: 'Remove one first: DELETE /v1/vectors/NAME.',
      })
    }
    const shelved = { name, vector, measured, bytes }
    this.#vectors.set(name, shelved)
    return shelved
  }

  /** Looks again what studies found where one has finished since, wherever it was started. */
  async refresh(): Promise<void> {
    const last = await this.#options.lastFinished()
    if (last === this.#lookedAt) return
    await this.measureAgain()
    this.#lookedAt = last
  }

  /** Looks again what studies found, of all of them. */
  async measureAgain(): Promise<void> {
    const vectors = this.list().map(({ vector }) => vector)
    const found = await this.#options.measured(vectors)
    // Some may have been renamed, removed or added meanwhile.
    for (const now of this.list()) {
      const i = vectors.indexOf(now.vector)
      if (i >= 0) this.#vectors.set(now.name, { ...now, measured: found[i] ?? [] })
    }
  }

  /** @throws ApiError 404, 409 */
  rename(from: string, to: string): Shelved {
    const shelved = this.get(from)
    if (from === to) return shelved
    this.checkFree(to)
    const renamed = { ...shelved, name: to }
    this.#vectors.delete(from)
    this.#vectors.set(to, renamed)
    this.#standard = this.#standard.map(one => (one.vector === from ? { ...one, vector: to } : one))
    return renamed
  }

  /** @throws ApiError 404, 409 while it is a default */
  remove(name: string): void {
    this.get(name)
    if (this.#standard.some(({ vector }) => vector === name)) {
      throw new ApiError(409, `The vector ${name} is in the default steering`, {
        code: 'vector_in_use',
        fix: 'Change the default first: PUT /v1/steering/default.',
      })
    }
    this.#vectors.delete(name)
  }

  /** @throws ApiError 409 where the name is taken */
  checkFree(name: string): void {
    if (!this.#vectors.has(name)) return
    throw new ApiError(409, `There is a vector ${name} already`, {
      code: 'vector_exists',
      fix: 'Take another name, or remove that one first.',
    })
  }
}
