/**
 * A sparse autoencoder: z = f(W_encᵀ·h + b_enc), ĥ = W_decᵀ·z + b_dec. Few of the latents z are not 0, and each has a
 * direction of its own, its row of W_dec.
 *
 * Activations f: ReLU; JumpReLU, which keeps a positive value above its latent's threshold (Rajamanoharan et al. 2024,
 * arXiv 2407.14435); top-k, which keeps the k greatest positive ones (Gao et al. 2024, arXiv 2406.04093).
 */
import { addTo, difference } from '../algebra/vectors.ts'

export interface SparseAutoencoder {
  /** Values of a hidden state. */
  readonly width: number
  readonly latents: number
  /** W_enc: width × latents, row-major. */
  readonly encoder: Float32Array
  /** b_enc: latents. */
  readonly encoderBias: Float32Array
  /** W_dec: latents × width, row-major. */
  readonly decoder: Float32Array
  /** b_dec: width. */
  readonly decoderBias: Float32Array
  /** Whether a state is encoded as it is, or with the decoder's bias taken away. */
  readonly input: 'state' | 'state less decoder bias'
  readonly activation: Activation
  /** Layer after which the states were read that it was trained on, −1 for the embedding; null where nothing says it. */
  readonly layer: number | null
}

export type Activation =
  | { readonly kind: 'relu' }
  | { readonly kind: 'jump-relu'; readonly thresholds: Float32Array }
  | { readonly kind: 'top-k'; readonly k: number }

/** The latents of one state, in double precision. */
export function encode(autoencoder: SparseAutoencoder, state: ArrayLike<number>): Float64Array {
  const { latents, encoder, encoderBias, decoderBias, input } = autoencoder
  const read = input === 'state' ? state : difference(state, decoderBias)
  const values = Float64Array.from(encoderBias)
  for (let i = 0; i < read.length; i++) {
    const [value, from] = [read[i]!, i * latents]
    for (let j = 0; j < latents; j++) values[j] = values[j]! + value * encoder[from + j]!
  }
  return activate(autoencoder.activation, values)
}

/** The state that latents stand for. */
export function decode(
  { width, decoder, decoderBias }: Pick<SparseAutoencoder, 'width' | 'decoder' | 'decoderBias'>,
  latents: ArrayLike<number>,
): Float64Array {
  const state = Float64Array.from(decoderBias)
  for (let j = 0; j < latents.length; j++) {
    const value = latents[j] ?? 0
    if (value !== 0) addTo(state, decoder.subarray(j * width, (j + 1) * width), value)
  }
  return state
}

/** Indices of the k greatest positive values, ascending; of equals the first, and fewer where fewer are positive. */
export function greatest(values: Float64Array, k: number): number[] {
  const positive: number[] = []
  for (let i = 0; i < values.length; i++) if (values[i]! > 0) positive.push(i)
  if (positive.length <= k) return positive
  const least = Float64Array.from(positive, i => values[i]!).sort()[positive.length - k]!
  let equal = k - positive.filter(i => values[i]! > least).length
  return positive.filter(i => values[i]! > least || (values[i] === least && equal-- > 0))
}

function activate(activation: Activation, values: Float64Array): Float64Array {
  switch (activation.kind) {
    case 'relu':
      return values.map(value => Math.max(0, value))
    case 'jump-relu': {
      const { thresholds } = activation
      return values.map((value, i) => (value > 0 && value > thresholds[i]! ? value : 0))
    }
    case 'top-k': {
      const kept = new Float64Array(values.length)
      for (const i of greatest(values, activation.k)) kept[i] = values[i]!
      return kept
    }
  }
}
