/** Editing through an autoencoder: the state is encoded, its latent shifted, and decoded again. */
import type { Autoencoder, DecodeVector } from '../steering-types.ts'
import { checkMatrix, checkValues, type RowEdit } from './edit.ts'
import { multiply } from './row.ts'

const activations: Readonly<Record<Autoencoder['activation'], (x: number) => number>> = {
  identity: x => x,
  relu: x => Math.max(0, x),
  tanh: Math.tanh,
  sigmoid: x => 1 / (1 + Math.exp(-x)),
}

/**
 * z = f(E·h + e), z′ = z + α·shift; h′ = D·z′ + d, or h + D·(z′ − z) where the error is kept.
 * @throws PlimsollError `vector-mismatch` for other shapes
 */
export function decode(
  autoencoder: Autoencoder,
  error: NonNullable<DecodeVector['error']>,
  width: number,
  layer: number,
): RowEdit {
  const { encoder, encoderBias, decoder, decoderBias, shift } = autoencoder
  const latent = encoder.rows
  checkMatrix(encoder, latent, width, 'encoder', layer)
  checkMatrix(decoder, width, latent, 'decoder', layer)
  checkValues(encoderBias, latent, 'encoder bias', layer)
  checkValues(decoderBias, width, 'decoder bias', layer)
  checkValues(shift, latent, 'shift', layer)
  const activate = activations[autoencoder.activation]
  const code = new Float64Array(latent)
  const decoded = new Float64Array(width)
  return {
    apply: (states, offset, strength) => {
      if (error === 'keep') {
        // D·(z′ − z) = α·D·shift, whatever z is.
        for (let i = 0; i < latent; i++) code[i] = strength * shift[i]!
        multiply(decoder, code, 0, decoded)
        for (let i = 0; i < width; i++) states[offset + i] = states[offset + i]! + decoded[i]!
        return
      }
      multiply(encoder, states, offset, code)
      for (let i = 0; i < latent; i++) code[i] = activate(code[i]! + encoderBias[i]!) + strength * shift[i]!
      multiply(decoder, code, 0, decoded)
      for (let i = 0; i < width; i++) states[offset + i] = decoded[i]! + decoderBias[i]!
    },
  }
}
