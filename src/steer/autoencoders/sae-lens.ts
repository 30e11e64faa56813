/**
 * What SAELens writes beside the weights of an autoencoder (`cfg.json`): which activation it has, and what it reads.
 * Versions before 6 have other keys, and the rest of them under no heading of its own.
 * Source: github.com/jbloomAus/SAELens at 91ca16c, sae_lens/saes/ and sae_lens/loading/pretrained_sae_loaders.py
 */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { EMBEDDING } from '../../engine/place.ts'
import { PlimsollError } from '../../errors.ts'
import { parseJson } from '../formats/json.ts'
import type { Activation, SparseAutoencoder } from './autoencoder.ts'

const Config = z.looseObject({
  architecture: z.string().default('standard'),
  activation_fn: z.string().optional(),
  activation_fn_str: z.string().optional(),
  activation_fn_kwargs: z.looseObject({ k: z.int().min(1).optional() }).optional(),
  k: z.int().min(1).optional(),
  apply_b_dec_to_input: z.boolean().default(true),
  normalize_activations: z.union([z.string(), z.boolean()]).nullish(),
  rescale_acts_by_decoder_norm: z.boolean().optional(),
  hook_name: z.string().optional(),
  hook_point: z.string().optional(),
  metadata: z.looseObject({ hook_name: z.string().nullish() }).optional(),
})

export type Described = Pick<SparseAutoencoder, 'input' | 'activation' | 'layer'>

/**
 * @param thresholds those among the weights
 * @returns null where there is no such file
 * @throws PlimsollError `invalid-input` for one that is unreadable, or describes what is not understood
 */
export async function describedBy(file: string, thresholds: Float32Array | null): Promise<Described | null> {
  const text = await readFile(file, 'utf8').catch(() => null)
  if (text === null) return null
  const refuse = (found: string, expected: string): never => {
    throw new PlimsollError('invalid-input', 'The autoencoder is of a kind that is not read', {
      found,
      expected,
      where: file,
      fix: 'Take another autoencoder, or train one with `plimsoll sae train`.',
    })
  }
  const parsed = Config.safeParse(parseJson(text))
  if (!parsed.success) return refuse(z.prettifyError(parsed.error), 'the configuration that SAELens writes')
  const config = parsed.data
  const { normalize_activations: normalised = 'none' } = config
  if (normalised !== 'none' && normalised !== null && normalised !== false)
    refuse(`normalize_activations: ${normalised}`, 'states as the model has them: none')
  if (config.rescale_acts_by_decoder_norm === true)
    refuse('rescale_acts_by_decoder_norm: true', 'decoder norms folded into the weights')
  return {
    input: config.apply_b_dec_to_input ? 'state less decoder bias' : 'state',
    activation: activationOf(config, thresholds, refuse),
    layer: layerOf(config.metadata?.hook_name ?? config.hook_name ?? config.hook_point, refuse),
  }
}

type Refuse = (found: string, expected: string) => never

function activationOf(config: z.infer<typeof Config>, thresholds: Float32Array | null, refuse: Refuse): Activation {
  const { architecture, activation_fn_kwargs: told } = config
  const named = config.activation_fn ?? config.activation_fn_str ?? 'relu'
  if (architecture === 'topk' || named === 'topk') {
    const k = config.k ?? told?.k ?? refuse('top-k without k', 'k, how many latents are kept')
    return { kind: 'top-k', k }
  }
  if (architecture === 'jumprelu')
    return { kind: 'jump-relu', thresholds: thresholds ?? refuse('jumprelu without an array threshold', 'one') }
  if (architecture === 'standard' && named === 'relu') return { kind: 'relu' }
  return refuse(`architecture ${architecture}, activation ${named}`, 'standard with relu, jumprelu or topk')
}

/** SAELens names a block's input or output; the input of one is the output of the one before it. */
function layerOf(hook: string | undefined, refuse: Refuse): number | null {
  if (hook === undefined) return null
  const [, block, side] =
    /^blocks\.(\d+)\.hook_resid_(pre|post)$/.exec(hook) ??
    refuse(`trained on ${hook}`, 'on the residual stream: blocks.N.hook_resid_post or blocks.N.hook_resid_pre')
  return side === 'post' ? Number(block) : Number(block) === 0 ? EMBEDDING : Number(block) - 1
}
