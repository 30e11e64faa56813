/** What a reference transformer computes with: the parts of a model, whatever its family. */

/** Row-major: `rows` outputs, each a dot product with `columns` inputs. */
export interface Matrix {
  readonly rows: number
  readonly columns: number
  readonly values: Float64Array
}

/** A matrix and what is added to its product. */
export interface Linear extends Matrix {
  readonly bias: Float64Array | null
}

export interface Attention {
  readonly kind: 'attention'
  readonly query: Linear
  readonly key: Linear
  readonly value: Linear
  /** Over each head, or over all of them where it is as long as that. */
  readonly queryNorm: Float64Array | null
  readonly keyNorm: Float64Array | null
  readonly output: Linear
  /** Tokens that a token looks back at, itself included. */
  readonly window: number
  readonly ropeBase: number
}

/** y = C ⊙ conv(B ⊙ x), with B, C, x from one projection. */
export interface ShortConvolution {
  readonly kind: 'short-convolution'
  readonly input: Matrix
  /** width rows, one kernel each, the last column for the token at hand. */
  readonly kernels: Matrix
  readonly output: Matrix
}

export interface Gated {
  readonly kind: 'gated'
  readonly gate: Matrix
  readonly up: Matrix
  readonly down: Matrix
}

/** Each token goes through the `used` experts that the router likes best. */
export interface Experts {
  readonly kind: 'experts'
  readonly router: Matrix
  readonly experts: readonly Gated[]
  readonly used: number
}

export interface Block {
  /** Scales of the norm before the mixer; null where the stream itself is read. */
  readonly attentionNorm: Float64Array | null
  readonly mixer: Attention | ShortConvolution
  /** Of the norm between the mixer's output and the stream. */
  readonly attentionPostNorm: Float64Array | null
  readonly mlpNorm: Float64Array | null
  readonly mlp: Gated | Experts
  readonly mlpPostNorm: Float64Array | null
}

export interface Weights {
  readonly width: number
  readonly heads: number
  /** Heads of keys and values: each serves heads / groups query heads. */
  readonly groups: number
  readonly headSize: number
  readonly epsilon: number
  /** Which values of a head are turned together: neighbours, or one of each half. */
  readonly rotation: 'neighbours' | 'halves'
  readonly activation: 'silu' | 'gelu'
  /** Factor of the embedding before block 0. */
  readonly embeddingScale: number
  /** Caps c: x becomes c · tanh(x / c); null for none. */
  readonly attentionCap: number | null
  readonly logitCap: number | null
  readonly contextLength: number
  readonly embedding: Matrix
  readonly blocks: readonly Block[]
  readonly outputNorm: Float64Array
  /** The embedding itself where the model ties them. */
  readonly output: Matrix
}
