/**
 * Steering target atoms: w = (Δa ⊙ m)·W_dec, as long as the difference of means, added as h ← h + α·w at the layer of a
 * sparse autoencoder.
 *
 * Reads the latents of every selected token, averaged per prompt. Δa: by latent, the mean over the positives less that
 * over the negatives; Δf: the share of positives that activate it less that of negatives. m keeps a latent where Δa and Δf
 * have the same sign, neither is 0, and |Δa| and the agreeing |Δf| both lie in their top `share`.
 * Source: Wang et al. 2025, arXiv 2505.20322 (github.com/zjunlp/steer-target-atoms at c9549b5: sae_utils.py,
 * `activation_selection_contrastive_for_toxic_freq`; generate_sae_caa_vector.py, `act_and_fre`; its length by
 * baseline/our_sae_caa_safety.py).
 */
import { basename } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { DirectionVector } from '../../engine/types.ts'
import { PlimsollError } from '../../errors.ts'
import { difference, meanOf, norm } from '../algebra/vectors.ts'
import { decode, encode, type SparseAutoencoder } from '../autoencoders/autoencoder.ts'
import { openAutoencoder } from '../autoencoders/open.ts'
import {
  type ContrastSpec,
  type FitModel,
  type FitOptions,
  fitDirections,
  meanDifference,
  placeOf,
  type Sides,
} from './contrast.ts'
import type { MethodDescription } from './types.ts'

export interface StaParameters {
  /** File of the autoencoder; null where none was named. */
  readonly autoencoder: string | null
  readonly share: number
}

export const staDefaults: StaParameters = { autoencoder: null, share: 0.35 }

export const sta: MethodDescription = {
  name: 'sta',
  title: 'Steering target atoms',
  formula: 'w = (Δa ⊙ m)·W_dec, ‖w‖ = ‖mean(h⁺) − mean(h⁻)‖;  h ← h + α·w at the autoencoder’s layer',
  citation: 'Wang et al. 2025, arXiv 2505.20322',
  edit: 'add',
  needs: 'prompts on two sides, and a sparse autoencoder of the layer (a file, or `plimsoll sae train`)',
  defaults: { ...staDefaults },
  differsFromOriginal:
    'The original reads answers, and keeps every latent that reaches a threshold, which is 0 where few latents fire; here the chosen tokens are read, and what has no score is not kept. Where the sides differ in size, shares of them are compared and not counts.',
}

/**
 * One vector, at the layer of the autoencoder.
 * @throws PlimsollError `invalid-input` without an autoencoder, at another layer, or where no latent is kept;
 * `vector-mismatch` for an autoencoder of another model
 */
export async function fitSta(
  model: FitModel,
  spec: ContrastSpec,
  { autoencoder: file, share }: StaParameters,
  options: FitOptions = {},
): Promise<Map<number, DirectionVector>> {
  if (file === null)
    throw new PlimsollError('invalid-input', 'sta has no autoencoder', {
      expected: 'a file with a sparse autoencoder of the layer',
      fix: 'Name one as its parameter `autoencoder`; `plimsoll sae train` makes one.',
    })
  if (!(share > 0 && share <= 1))
    throw new PlimsollError('invalid-input', 'sta keeps a share of the latents', {
      found: String(share),
      expected: 'a share above 0 and at most 1',
      fix: 'Give another share: the smaller it is, the fewer latents make the vector.',
    })
  const autoencoder = await openAutoencoder(file, model.info)
  checkLayers(spec.layers, autoencoder, file)
  const { signal, onProgress, onNote } = options
  const total = spec.positive.length + spec.negative.length
  let done = 0
  const latentsOf = async (prompts: readonly (readonly Float32Array[])[]) => {
    const found: Float64Array[] = []
    for (const rows of prompts) {
      // A wide autoencoder takes a tenth of a second for a token.
      await setImmediate()
      if (signal?.aborted) throw new PlimsollError('cancelled', 'The fit was cancelled')
      found.push(meanOf(rows.map(row => encode(autoencoder, row))))
      onProgress?.({ stage: 'encode', done: ++done, total })
    }
    return found
  }
  return await fitDirections(
    model,
    spec,
    {
      name: sta.name,
      reads: 'tokens',
      make: async ({ target }) => {
        const { positive, negative } = target
        const latents = { positive: await latentsOf(positive), negative: await latentsOf(negative) }
        const { direction, kept } = atomsDirection(latents, norm(meanDifference(target)), autoencoder, share)
        onNote?.(`${kept} of ${autoencoder.latents} latents of ${basename(file)} are kept.`)
        return direction
      },
    },
    options,
  )
}

/** How many latents are kept, and w of the given length. @throws PlimsollError `invalid-input` where none are */
export function atomsDirection(
  latents: Sides<Float64Array>,
  length: number,
  { decoder, width }: Pick<SparseAutoencoder, 'decoder' | 'width'>,
  share: number,
): { readonly direction: Float64Array; readonly kept: number } {
  const atoms = targetAtoms(latents, share)
  const kept = atoms.filter(value => value !== 0).length
  const sum = decode({ width, decoder, decoderBias: new Float32Array(width) }, atoms)
  const long = norm(sum)
  if (kept > 0 && long > 0) return { direction: sum.map(value => (value * length) / long), kept }
  throw new PlimsollError('invalid-input', 'sta keeps no latent of the autoencoder', {
    found: `none of ${atoms.length} latents lies in the top ${share * 100} % by activation and by how many prompts activate it`,
    expected: 'latents that the two sides activate differently',
    fix: 'Give a larger share, more prompts, or an autoencoder that knows such prompts.',
  })
}

/** Δa where a latent is kept, and 0 where it is not. */
export function targetAtoms({ positive, negative }: Sides<Float64Array>, share: number): Float64Array {
  const byActivation = difference(meanOf(positive), meanOf(negative))
  // Shares times the sizes of both sides: whole numbers, of which equal ones are equal.
  const [up, down] = [counts(positive), counts(negative)]
  const byFrequency = up.map((count, i) => count * negative.length - down[i]! * positive.length)
  const agreeing = byFrequency.map((value, i) => (Math.sign(value) === Math.sign(byActivation[i]!) ? value : 0))
  const [activation, frequency] = [leastOf(byActivation, share), leastOf(agreeing, share)]
  return byActivation.map((value, i) => {
    const score = Math.abs(agreeing[i]!)
    return score > 0 && score >= frequency && Math.abs(value) >= activation ? value : 0
  })
}

/** How many prompts activate each latent. */
function counts(prompts: readonly Float64Array[]): Float64Array {
  const sum = new Float64Array(prompts[0]?.length ?? 0)
  for (const latents of prompts) for (let i = 0; i < sum.length; i++) if (latents[i]! > 0) sum[i] = sum[i]! + 1
  return sum
}

/** The size from which on a value belongs to the top share, counted as the original does. */
function leastOf(values: Float64Array, share: number): number {
  const sizes = values.map(Math.abs).sort().reverse()
  return sizes[Math.min(Math.floor(share * sizes.length), sizes.length - 1)] ?? 0
}

function checkLayers(layers: readonly number[], { layer }: SparseAutoencoder, file: string): void {
  const other = layers.find(one => one !== (layer ?? layers[0]))
  if (other === undefined) return
  throw new PlimsollError('invalid-input', 'An autoencoder serves one layer', {
    found: placeOf(other),
    expected:
      layer === null ? 'one layer, since the file does not say which' : `${placeOf(layer)}, where it was trained`,
    where: file,
    fix: layer === null ? 'Name one layer.' : `Fit at ${placeOf(layer)}, or take an autoencoder of the other layer.`,
  })
}
