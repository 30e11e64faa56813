/** Methods without gradients, on the originals' own fixed activations. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Sides } from '../../src/steer/methods/contrast.ts'
import { trainProbe } from '../../src/steer/methods/linear-probe.ts'
import { nullSpaceDirection } from '../../src/steer/methods/null-space.ts'
import { partialOrDirection } from '../../src/steer/methods/partial-or.ts'
import { pcaDirection } from '../../src/steer/methods/pca.ts'
import { run, scratch } from './python.ts'
import { atLeast, atMost, type Comparison, cosine } from './table.ts'

const Vector = z.array(z.number())
const Rows = z.object({ positive: z.array(z.array(Vector)), negative: z.array(z.array(Vector)) })
const Made = z.object({
  versions: z.record(z.string(), z.string()),
  target: Rows,
  control: Rows,
  pca: z.object({ centred: Vector, uncentred: Vector }),
  partialOr: z.record(z.string(), Vector),
  nullSpace: z.record(z.string(), Vector),
  linearProbe: z.object({
    parameters: z.object({
      epochs: z.number(),
      batch: z.number(),
      learningRate: z.number(),
      weightDecay: z.number(),
    }),
    start: Vector,
    orders: z.array(z.array(z.number())),
    losses: Vector,
    weight: Vector,
  }),
})

const least = 0.999

export async function closedForms(options: {
  readonly python: string
  readonly axbench: string | undefined
  readonly alphasteer: string | undefined
}): Promise<Comparison[]> {
  const { python, axbench, alphasteer } = options
  if (axbench === undefined || alphasteer === undefined) return notRun()
  await using folder = scratch()
  const file = join(folder.path, 'made.json')
  await run(python, 'methods/fixtures.py', ['--axbench', axbench, '--alphasteer', alphasteer, '--out', file])
  const made = Made.parse(JSON.parse(readFileSync(file, 'utf8')))
  const { versions } = made
  const [target, control] = [sides(made.target), sides(made.control)]
  const probe = probed(made)
  const lost = made.linearProbe.losses.map((loss, i) => Math.abs((probe.losses[i] ?? Number.NaN) / loss - 1))
  const numpy = `the formula, numpy ${versions.numpy}`
  const at = (what: string, original: string, found: ArrayLike<number>, told: readonly number[]) =>
    atLeast(least, { what, original, measure: 'cosine', value: cosine(found, told) })
  return [
    at('`pca`, centred', `repeng ${versions.repeng}`, pcaDirection({ target }, true), made.pca.centred),
    at('`pca`', numpy, pcaDirection({ target }, false), made.pca.uncentred),
    at('`linear-probe`', `AxBench ${versions.axbench}`, probe.weight, made.linearProbe.weight),
    atMost(0.02, {
      what: '`linear-probe`',
      original: `AxBench ${versions.axbench}`,
      measure: `loss of ${lost.length} steps, largest part`,
      value: Math.max(...lost),
    }),
    ...Object.entries(made.partialOr).map(([lambda, told]) =>
      at(`\`partial-or\`, λ = ${lambda}`, numpy, partialOrDirection({ target, control }, Number(lambda)), told),
    ),
    ...Object.entries(made.nullSpace).map(([ratio, told]) =>
      at(
        `\`null-space\`, ratio ${ratio}`,
        'AlphaSteer 65613d5',
        nullSpaceDirection({ target, control }, Number(ratio)),
        told,
      ),
    ),
  ]
}

function notRun(): Comparison[] {
  const original = 'repeng, AxBench, AlphaSteer: needs `--axbench` and `--alphasteer`'
  return [atLeast(least, { what: 'closed forms', original, measure: 'cosine', value: null })]
}

function sides({ positive, negative }: z.infer<typeof Rows>): Sides<readonly Float32Array[]> {
  const of = (prompts: readonly number[][][]) => prompts.map(tokens => tokens.map(row => Float32Array.from(row)))
  return { positive: of(positive), negative: of(negative) }
}

function probed({ target, linearProbe: { parameters, start, orders } }: z.infer<typeof Made>) {
  const { positive, negative } = sides(target)
  const examples = [
    ...positive.map(rows => ({ rows, label: 1 as const })),
    ...negative.map(rows => ({ rows, label: 0 as const })),
  ]
  let epoch = 0
  return trainProbe(examples, { ...parameters, centred: false }, Float64Array.from(start), () => orders[epoch++] ?? [])
}
