/**
 * Our own autoencoders as one `.safetensors` file: the four arrays of SAELens (see arrays.ts), everything else as JSON
 * under the metadata key `plimsoll`.
 */
import { z } from 'zod'
import { PlimsollError } from '../../errors.ts'
import { parseJson } from '../formats/json.ts'
import { type Safetensors, writeSafetensors } from '../formats/safetensors.ts'
import { writeWhole } from '../formats/whole-file.ts'
import { Provenance } from '../vector.ts'
import type { SparseAutoencoder } from './autoencoder.ts'

/** Where an autoencoder comes from, and what it was found to be worth; stored with it. */
export const AutoencoderRecord = z.strictObject({
  schema: z.literal(1),
  tool: z.string(),
  model: Provenance.shape.model,
  /** States after this block. */
  layer: z.int().min(0),
  site: z.literal('residual'),
  parameters: z.record(z.string(), z.unknown()),
  /** Prompts read and rows trained on, and a sha256 over the prompts. */
  data: z.strictObject({ prompts: z.int(), rows: z.int(), sha256: z.string() }),
  seed: z.int(),
  measured: z.strictObject({
    /** On rows of prompts that were held out; how many these were. */
    explainedVariance: z.number(),
    heldOutRows: z.int(),
    /** Share of the latents that no row of the last epoch activated. */
    dead: z.number(),
  }),
})
export type AutoencoderRecord = z.infer<typeof AutoencoderRecord>

const Metadata = z.strictObject({
  kind: z.literal('sparse-autoencoder'),
  activation: z.strictObject({ kind: z.literal('top-k'), k: z.int().min(1) }),
  record: AutoencoderRecord,
})

/** One of ours: top-k, of states less the decoder's bias. */
export interface OwnAutoencoder extends SparseAutoencoder {
  readonly activation: { readonly kind: 'top-k'; readonly k: number }
}

/**
 * Writes the file whole or not at all.
 * @throws PlimsollError `not-found` where it cannot be written
 */
export async function saveAutoencoder(
  autoencoder: OwnAutoencoder,
  record: AutoencoderRecord,
  file: string,
): Promise<void> {
  const { width, latents, encoder, encoderBias, decoder, decoderBias, activation } = autoencoder
  const tensors = new Map([
    ['W_enc', { shape: [width, latents], values: encoder }],
    ['b_enc', { shape: [latents], values: encoderBias }],
    ['W_dec', { shape: [latents, width], values: decoder }],
    ['b_dec', { shape: [width], values: decoderBias }],
  ])
  const metadata: z.infer<typeof Metadata> = { kind: 'sparse-autoencoder', activation, record }
  const whole = { format: 'plimsoll', plimsoll: JSON.stringify(metadata) }
  await writeWhole(file, writeSafetensors({ tensors, metadata: whole }), 'The autoencoder')
}

/**
 * What is said of an autoencoder of ours; null for a file of others.
 * @throws PlimsollError `invalid-input` for another file of ours, such as a vector
 */
export function ownMetadata({ metadata }: Safetensors, where: string): z.infer<typeof Metadata> | null {
  if (metadata.plimsoll === undefined) return null
  const parsed = Metadata.safeParse(parseJson(metadata.plimsoll))
  if (parsed.success) return parsed.data
  throw new PlimsollError('invalid-input', 'The file is no autoencoder', {
    found: z.prettifyError(parsed.error),
    expected: 'a file written by `plimsoll sae train`',
    where,
    fix: 'Name an autoencoder; a vector is used with --vector.',
  })
}
