/** A model's file as far as a tail is read from it. */
export interface TailSource {
  readonly file: string
  readonly architecture: string
  readonly metadata: ReadonlyMap<string, unknown>
  readonly tensors: readonly TensorPlace[]
}

export interface TensorPlace {
  readonly name: string
  /** Fastest-running dimension first. */
  readonly shape: readonly number[]
  /** ggml's number of the type. */
  readonly type: number
  /** First byte in the file. */
  readonly start: number
  readonly bytes: number
}
