/**
 * The arrays of an autoencoder by the names that SAELens and Gemma Scope give them: `W_enc` (width × latents), `b_enc`,
 * `W_dec` (latents × width), `b_dec`, and `threshold` where it is a JumpReLU; `w_enc` and `w_dec` for the first and third
 * are understood.
 */
import { PlimsollError } from '../../errors.ts'
import type { SparseAutoencoder } from './autoencoder.ts'
import type { NumberArray } from './npy.ts'

export type Arrays = ReadonlyMap<string, NumberArray>

/** Weights with shapes that go together, and every value finite. */
export type Weights = Pick<
  SparseAutoencoder,
  'width' | 'latents' | 'encoder' | 'encoderBias' | 'decoder' | 'decoderBias'
> & {
  /** null where there are none. */
  readonly thresholds: Float32Array | null
}

/** @throws PlimsollError `invalid-input` for arrays that are missing, of other shapes, or not finite */
export function weightsOf(given: Arrays, where: string): Weights {
  const arrays = new Map([...given].map(([name, array]) => [name.replace(/^w_/, 'W_'), array]))
  const take = (name: string): NumberArray => {
    const array = arrays.get(name)
    if (array === undefined)
      throw new PlimsollError('invalid-input', `The autoencoder has no array ${name}`, {
        found: [...given.keys()].join(', ') || 'no arrays',
        expected: 'W_enc, b_enc, W_dec, b_dec, and threshold for a JumpReLU',
        where,
        fix: 'Take the file with all of its weights.',
      })
    const bad = array.values.findIndex(value => !Number.isFinite(value))
    if (bad < 0) return array
    throw new PlimsollError('invalid-input', 'The autoencoder holds what is no number', {
      found: `${name}: ${array.values[bad]} as value ${bad}`,
      expected: 'finite values',
      where,
      fix: 'Copy or download the file again.',
    })
  }
  const shaped = (name: string, shape: readonly number[], why: string): Float32Array => {
    const array = take(name)
    if (array.shape.join(' × ') === shape.join(' × ')) return array.values
    throw new PlimsollError('invalid-input', 'The arrays of the autoencoder do not go together', {
      found: `${name}: ${array.shape.join(' × ') || 'a single number'}`,
      expected: `${shape.join(' × ')}, ${why}`,
      where,
      fix: 'Take arrays of one autoencoder, W_enc as width × latents and W_dec as latents × width.',
    })
  }
  const { shape, values: encoder } = take('W_enc')
  const [width = 0, latents = 0] = shape
  if (shape.length !== 2 || width === 0 || latents === 0) shaped('W_enc', [width || 1, latents || 1], 'width × latents')
  const scaling = arrays.get('scaling_factor')
  if (scaling?.values.some(value => value !== 1))
    throw new PlimsollError('invalid-input', 'The autoencoder scales its latents', {
      found: 'an array scaling_factor that is not 1 everywhere',
      expected: 'latents as they are encoded',
      where,
      fix: 'Take the autoencoder before it was fine-tuned, or fold the factors into W_dec.',
    })
  return {
    width,
    latents,
    encoder,
    encoderBias: shaped('b_enc', [latents], 'one for each latent'),
    decoder: shaped('W_dec', [latents, width], 'latents × width, by W_enc'),
    decoderBias: shaped('b_dec', [width], 'one for each value of a state'),
    thresholds: arrays.has('threshold') ? shaped('threshold', [latents], 'one for each latent') : null,
  }
}
