/** An edit whose parameters are trained: how it changes states, and how a gradient by them becomes one by its parameters. */

/** States of one sequence at the edit's place. */
export interface Sequence {
  /** Tokens × width, row-major. */
  readonly states: Float32Array
  readonly width: number
  /** Tokens that the edit acts on, ascending. */
  readonly rows: readonly number[]
}

export interface TrainableEdit {
  /** Changed in place by every step. */
  readonly parameters: Float64Array
  /** The changed states. */
  apply(sequence: Sequence): Float32Array
  /**
   * Adds the gradient by the parameters to `into`.
   * @param gradient by the changed states, tokens × width
   */
  back(sequence: Sequence, gradient: Float32Array, into: Float64Array): void
  /** Length of the change, in lengths of the vector. */
  strengthOn(sequence: Sequence): number
  /** A term beside the loss, for one sequence; its gradient, times `weight`, is added to `into`. */
  readonly penalty?: (sequence: Sequence, weight: number, into: Float64Array) => number
  /** What is done to gradient and parameters before a step. */
  readonly beforeStep?: (gradient: Float64Array) => void
  /** The parameters as the start has them, where they are trained in other coordinates. */
  readonly result?: () => Float64Array
}

/** How an edit starts. */
export type TrainableSpec =
  | { readonly kind: 'add'; readonly start: Float64Array }
  | {
      readonly kind: 'reft-r1'
      readonly start: Float64Array
      /** Tokens whose mean activation is the strength. */
      readonly top: number
      /** Factor of the other tokens' activations in the loss, at the end of the training. */
      readonly penalty: number
    }
  | {
      readonly kind: 'loreft'
      /** Rows of R. */
      readonly rank: number
      /** R and W, rank × width each, row-major, and b, one behind the other. R's rows are made orthonormal. */
      readonly start: Float64Array
    }
