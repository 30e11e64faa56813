/** An autoencoder of one layer of a model, trained on its states at prompts. */
import { createHash } from 'node:crypto'
import type { Model } from '../../engine/types.ts'
import { PlimsollError } from '../../errors.ts'
import { type RunOptions, runOptions } from '../../progress.ts'
import { createRandom, shuffle } from '../../random.ts'
import { toolVersion } from '../../version.ts'
import type { AutoencoderRecord } from './file.ts'
import { type AutoencoderParameters, explainedVariance, type TrainedAutoencoder, trainAutoencoder } from './train.ts'

export interface AutoencoderSpec extends Pick<AutoencoderParameters, 'latents' | 'top' | 'epochs'> {
  readonly prompts: readonly string[]
  /** Residual stream after this block. */
  readonly layer: number
}

export interface FittedAutoencoder {
  readonly autoencoder: TrainedAutoencoder
  readonly record: AutoencoderRecord
}

/** For rows by the thousand. Gao et al. take 1e-4 where a step has a hundred thousand of them. */
const recipe = { batch: 64, learningRate: 3e-3 } as const
const heldOutShare = 0.1
const tokens = { phase: 'prompt' } as const

/**
 * Reads every token of the prompts but those that all of them begin with, whose states are the same in each; trains on
 * the states, and measures on those of a tenth of the prompts, drawn by the seed.
 * @throws PlimsollError `invalid-input` for prompts that have nothing of their own, or what `trainAutoencoder` throws
 */
export async function fitAutoencoder(
  model: Pick<Model, 'info' | 'capture' | 'render'>,
  { prompts, layer, latents, top, epochs }: AutoencoderSpec,
  options: RunOptions = {},
): Promise<FittedAutoencoder> {
  const { seed = 0 } = options
  if (prompts.length < 2) throw tooFew(`${prompts.length} prompts`)
  const shared = await sharedBeginning(model, prompts)
  const captured = await model.capture(
    prompts,
    { site: 'residual', layers: [layer], tokens },
    { ...runOptions(options), reduce: 'none' },
  )
  const { width } = captured
  const read = prompts.map((_, prompt) => {
    const states = captured.states[prompt]?.[0] ?? new Float32Array()
    const positions = captured.positions[prompt] ?? []
    return positions.flatMap((position, i) => (position < shared ? [] : [states.slice(i * width, (i + 1) * width)]))
  })
  const order = shuffle(read, createRandom(seed, 'autoencoder, held out'))
  const count = Math.max(1, Math.round(heldOutShare * order.length))
  const [heldOut, training] = [order.slice(0, count).flat(), order.slice(count).flat()]
  if (training.length === 0 || heldOut.length < 2)
    throw tooFew(`${training.length + heldOut.length} tokens of their own`)
  const parameters = { latents, top, epochs, ...recipe }
  const autoencoder = await trainAutoencoder(training, layer, parameters, options)
  const { name, architecture, layers, fingerprint } = model.info
  const sha256 = createHash('sha256').update(JSON.stringify(prompts)).digest('hex')
  return {
    autoencoder,
    record: {
      schema: 1,
      tool: `plimsoll ${toolVersion}`,
      model: { name, architecture, layers, width, fingerprint },
      layer,
      site: 'residual',
      parameters: { ...parameters, tokens },
      data: { prompts: prompts.length, rows: training.length, sha256 },
      seed,
      measured: {
        explainedVariance: explainedVariance(autoencoder, heldOut),
        heldOutRows: heldOut.length,
        dead: autoencoder.dead,
      },
    },
  }
}

/** How many tokens all prompts begin with: the beginning of sequence, what the chat template says before the first word. */
async function sharedBeginning(model: Pick<Model, 'render'>, prompts: readonly string[]): Promise<number> {
  let shared: readonly number[] | null = null
  for (const prompt of prompts) {
    const { tokens } = await model.render(prompt)
    const before: readonly number[] = shared ?? tokens
    const differs = before.findIndex((token, i) => token !== tokens[i])
    shared = differs < 0 ? before : before.slice(0, differs)
  }
  return shared?.length ?? 0
}

function tooFew(found: string): PlimsollError {
  return new PlimsollError('invalid-input', 'There is nothing to train an autoencoder on', {
    found,
    expected: 'several prompts that differ: some to train on, some to measure on',
    fix: 'Give more prompts.',
  })
}
