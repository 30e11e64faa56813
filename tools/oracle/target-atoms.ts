/** `sta`, on the original's fixed activations and its own autoencoder. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { meanOf, norm } from '../../src/steer/algebra/vectors.ts'
import { encode } from '../../src/steer/autoencoders/autoencoder.ts'
import { openAutoencoder } from '../../src/steer/autoencoders/open.ts'
import { meanDifference } from '../../src/steer/methods/contrast.ts'
import { atomsDirection } from '../../src/steer/methods/sta.ts'
import { run, scratch } from './python.ts'
import { atLeast, type Comparison, cosine } from './table.ts'

const Prompts = z.array(z.array(z.array(z.number())).transform(rows => rows.map(row => Float32Array.from(row))))
const Made = z.object({
  versions: z.record(z.string(), z.string()),
  target: z.object({ positive: Prompts, negative: Prompts }),
  made: z.record(z.string(), z.object({ vector: z.array(z.number()) })),
})

const least = 0.999

export async function targetAtoms(options: {
  readonly python: string
  readonly sta: string | undefined
}): Promise<Comparison[]> {
  const { python, sta } = options
  if (sta === undefined)
    return [atLeast(least, { what: '`sta`', original: 'needs `--sta`', measure: 'cosine', value: null })]
  await using folder = scratch()
  await run(python, 'methods/sta.py', ['--sta', sta, '--out', folder.path])
  const { versions, target, made } = Made.parse(
    JSON.parse(readFileSync(join(folder.path, 'methods/sta-fixture.json'), 'utf8')),
  )
  const file = join(folder.path, 'autoencoders/fixture.npz')
  const width = target.positive[0]?.[0]?.length ?? 0
  const autoencoder = await openAutoencoder(file, { name: 'fixture', width, layers: 1, fingerprint: '' })
  const latentsOf = (prompts: readonly (readonly Float32Array[])[]) =>
    prompts.map(rows => meanOf(rows.map(row => encode(autoencoder, row))))
  const latents = { positive: latentsOf(target.positive), negative: latentsOf(target.negative) }
  const length = norm(meanDifference(target))
  return Object.entries(made).map(([share, { vector }]) =>
    atLeast(least, {
      what: `\`sta\`, share ${share}`,
      original: `steer-target-atoms ${versions.sta}`,
      measure: 'cosine',
      value: cosine(atomsDirection(latents, length, autoencoder, Number(share)).direction, vector),
    }),
  )
}
