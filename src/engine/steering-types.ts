/**
 * Steering as a user states it: vectors and what they do to a row of hidden states h, gates that decide whether or how
 * much. Everything is plain data, so that it can be stored, hashed and sent to the engine process.
 *
 * û is a unit vector, s its natural scale, α the strength of the term.
 */
import type { WhereInput } from './where.ts'

/** A unit vector and its natural scale s: `add` at strength α moves a state by α·s along `unit`. */
export interface Direction {
  /** Length = width of the site (of one head for `head`), Euclidean norm 1. */
  readonly unit: Float32Array
  readonly scale: number
}

/** One value for every selected layer, or one per layer (key = layer number, −1 = embedding). */
export type PerLayer<T> = T | Readonly<Record<number, T>>

/** `add`: h + α·s·û. `ablate`: h − α·(h·û)·û. */
export interface DirectionVector {
  readonly edit: 'add' | 'ablate'
  readonly where: WhereInput
  readonly directions: PerLayer<Direction>
}

/** h − (h·û)·û + reference·û + α·s·û: the component is set to a reference mean, then moved. [arXiv 2411.09003] */
export interface AffineVector {
  readonly edit: 'affine'
  readonly where: WhereInput
  readonly directions: PerLayer<Direction & { readonly reference: number }>
}

/** h + (c − h·û)·û with c = α·s: the component is set to c; `at-least` and `at-most` only move it one way. */
export interface ClampVector {
  readonly edit: 'clamp'
  readonly where: WhereInput
  readonly directions: PerLayer<Direction>
  /** Default `both`. */
  readonly side?: 'both' | 'at-least' | 'at-most'
}

/**
 * h − Ph + ‖Ph‖·(cos θ·b₁ + sin θ·b₂), P onto the plane of b₁ = `unit` and b₂ = `second`, θ = α·s in radians; the norm
 * is kept. `only: 'positive'` turns rows with h·b₁ > 0. [arXiv 2510.26243]
 */
export interface RotateVector {
  readonly edit: 'rotate'
  readonly where: WhereInput
  /** `second`: unit, orthogonal to `unit`. */
  readonly directions: PerLayer<Direction & { readonly second: Float32Array }>
  readonly only?: 'positive'
}

/** Row-major matrix. */
export interface DenseMatrix {
  readonly rows: number
  readonly columns: number
  readonly values: Float32Array
}

/** h + α·Rᵀ(W·h + b − R·h), R with orthonormal rows (rank × width). [pyreft's LoReFT] */
export interface LowRankVector {
  readonly edit: 'low-rank'
  readonly where: WhereInput
  readonly maps: PerLayer<{ readonly project: DenseMatrix; readonly weight: DenseMatrix; readonly bias: Float32Array }>
}

/**
 * Replaces h through an autoencoder: z = f(E·h + e), z′ = z + α·shift, h′ = D·z′ + d. With `error: 'keep'` what the
 * autoencoder cannot express stays: h + D·(z′ − z).
 */
export interface DecodeVector {
  readonly edit: 'decode'
  readonly where: WhereInput
  readonly autoencoders: PerLayer<Autoencoder>
  /** Default `replace`. */
  readonly error?: 'replace' | 'keep'
}
export interface Autoencoder {
  /** latent × width */
  readonly encoder: DenseMatrix
  readonly encoderBias: Float32Array
  readonly activation: 'identity' | 'relu' | 'tanh' | 'sigmoid'
  /** width × latent */
  readonly decoder: DenseMatrix
  readonly decoderBias: Float32Array
  /** Added to the latent at α = 1; length = latent. */
  readonly shift: Float32Array
}

/**
 * An edit of one's own: a module whose default export is a `CustomEdit`, loaded in the engine process. Only ever from
 * local code: whoever names the module runs it.
 */
export interface CustomVector {
  readonly edit: 'custom'
  readonly where: WhereInput
  /** `file:` URL or absolute path. */
  readonly module: string
  /** Handed to the module's function as it is. */
  readonly parameters?: unknown
}
/** Changes `row` in place; what it throws fails its request only. */
export type CustomEdit = (
  row: Float32Array,
  at: { readonly layer: number; readonly position: number; readonly strength: number; readonly parameters: unknown },
) => void

/** One edit at the places of one where-clause. */
export type EditVector =
  | DirectionVector
  | AffineVector
  | ClampVector
  | RotateVector
  | LowRankVector
  | DecodeVector
  | CustomVector

/**
 * Several edits that make up one whole, such as those of many heads, or an edit with its condition: at strength α each
 * part acts at α times its own strength, through its own gates and those of the whole.
 */
export interface CompoundVector {
  readonly edit: 'compound'
  readonly terms: Steering
}

export type SteeringVector = EditVector | CompoundVector

/** What is measured of a row: h·û, or its cosine with û. */
export type Measure = 'projection' | 'cosine' | 'projected-cosine'

/** Decides on the prompt's states, once, whether the term is applied at all. [CAST, arXiv 2409.05907] */
export interface ConditionGate {
  readonly kind: 'condition'
  /** Which states are read: one layer or several, whose values are averaged. Prompt tokens only. */
  readonly where: WhereInput
  readonly directions: PerLayer<Direction>
  /** Of the mean of the selected states. `projected-cosine`: cosine of h with tanh of its projection on û, CAST's. */
  readonly measure: Measure
  readonly threshold: number
  readonly open: 'above' | 'below'
  /**
   * `twice` (default): the prompt is read once without any term that has a condition, then again. `later-layers`:
   * decided while the prompt is read, and the term only acts at layers above the condition's, on every token; prompts of
   * more than one piece, and those with a condition that would read what another one's term changed, are read twice all
   * the same.
   */
  readonly pass?: 'twice' | 'later-layers'
}

/** Decides for each token from its own row. */
export interface TokenGate {
  readonly kind: 'token'
  readonly directions: PerLayer<Direction>
  readonly measure: 'projection' | 'cosine'
  readonly threshold: number
  readonly open: 'above' | 'below'
}

/** Shrinks the change so that ‖h′ − h‖ ≤ limit·‖h‖. */
export interface NormBudgetGate {
  readonly kind: 'norm-budget'
  readonly limit: number
}

/** Strength × f(measure of the row), f given by points and linear between them, constant outside. */
export interface AdaptiveGate {
  readonly kind: 'adaptive'
  readonly directions: PerLayer<Direction>
  readonly measure: 'projection' | 'cosine'
  /** At least two, x ascending. */
  readonly points: readonly (readonly [x: number, factor: number])[]
}

export type Gate = ConditionGate | TokenGate | NormBudgetGate | AdaptiveGate

/** Terms are applied in the order given. */
export type Steering = readonly SteeringTerm[]
export interface SteeringTerm {
  readonly vector: SteeringVector
  /** α; default 1. */
  readonly strength?: number
  /** Overrides the vector's own; a compound has none. */
  readonly where?: WhereInput
  /** All have to be open; factors are multiplied, and the smallest budget limits what comes of it. */
  readonly gates?: readonly Gate[]
}
