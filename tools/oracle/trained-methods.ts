/** Methods that are trained through the model, against AxBench's and pyreft's own modules behind transformers. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { openModel } from '../../src/engine/open.ts'
import type { Model, TrainableSpec } from '../../src/engine/types.ts'
import { effectsOf, flat, loreftSpec } from '../../test/support/loreft.ts'
import { writeTinyModel } from '../../test/support/tiny-gguf.ts'
import { exampleTokens, rawExamples } from '../../test/support/trained-examples.ts'
import { run, scratch } from './python.ts'
import { atLeast, atMost, type Comparison, cosine } from './table.ts'

const Learnt = z.object({ learningRate: z.number(), losses: z.array(z.number()), weight: z.array(z.number()) })
const Maps = z.object({ project: z.array(z.number()), weight: z.array(z.number()), bias: z.array(z.number()) })
const Loreft = z.object({
  rank: z.int(),
  ends: z.int(),
  learningRate: z.number(),
  reflections: Maps.extend({ start: Maps, losses: z.array(z.number()) }),
})
const Made = z.object({
  layer: z.int(),
  steps: z.int(),
  top: z.int(),
  penalty: z.number(),
  ssv: Learnt,
  'reft-r1': Learnt,
  loreft: Loreft,
})

const originals = { ssv: 'AxBench e9b8cd4', 'reft-r1': 'AxBench e9b8cd4', loreft: 'pyreft dafd099' } as const
const leastCosine = 0.99
const mostLoss = 0.02

export async function trainedMethods(options: {
  readonly python: string
  readonly axbench: string | undefined
  readonly pyreft: string | undefined
}): Promise<Comparison[]> {
  const methods = ['ssv', 'reft-r1'] as const
  const { python, axbench, pyreft } = options
  if (axbench === undefined || pyreft === undefined)
    return ([...methods, 'loreft'] as const).map(method =>
      atLeast(leastCosine, {
        what: `\`${method}\``,
        original: `${originals[method]}: needs \`--axbench\` and \`--pyreft\``,
        measure: 'cosine',
        value: null,
      }),
    )
  await using folder = scratch()
  const file = join(folder.path, 'llama.gguf')
  writeTinyModel(file)
  await using model = await openModel(file, { threads: 1, cache: 'f32', flashAttention: 'off' })
  writeFileSync(join(folder.path, 'examples.json'), JSON.stringify(await exampleTokens(model)))
  const out = join(folder.path, 'made.json')
  await run(python, 'methods/trained.py', ['--axbench', axbench, '--pyreft', pyreft, '--out', out, folder.path])
  const made = Made.parse(JSON.parse(readFileSync(out, 'utf8')))
  const found: Comparison[] = []
  for (const method of methods) {
    const start = new Float64Array(model.info.width).fill(0.01)
    const { layer, steps, top, penalty } = made
    const { learningRate, losses, weight } = made[method]
    const edit: TrainableSpec = method === 'ssv' ? { kind: 'add', start } : { kind: 'reft-r1', start, top, penalty }
    // All examples in one step, so that their order decides nothing.
    const settings = { layer, epochs: steps, batch: rawExamples.length, learningRate, edit }
    const trained = await model.train(rawExamples, settings)
    const value = cosine(trained.parameters, weight)
    found.push(...compared(method, { measure: 'cosine', value }, losses, trained.losses))
  }
  return [...found, ...(await loreft(model, made))]
}

async function loreft(model: Model, { layer, steps, loreft: made }: z.infer<typeof Made>): Promise<Comparison[]> {
  const { start, losses, ...told } = made.reflections
  const spec = loreftSpec({ layer, steps, ...made, start })
  const trained = await model.train(rawExamples, spec)
  const [ours, theirs] = [await effectsOf(model, spec, trained.parameters), await effectsOf(model, spec, flat(told))]
  const alike = { measure: 'cosine of what it changes', value: cosine(ours, theirs) }
  return compared('loreft', alike, losses, trained.losses)
}

function compared(
  method: keyof typeof originals,
  alike: { readonly measure: string; readonly value: number },
  told: readonly number[],
  ours: readonly number[],
): Comparison[] {
  const of = { what: `\`${method}\``, original: originals[method] }
  const apart = told.map((loss, i) => Math.abs((ours[i] ?? Number.NaN) / loss - 1))
  const measure = `loss of ${told.length} steps, largest part`
  return [atLeast(leastCosine, { ...of, ...alike }), atMost(mostLoss, { ...of, measure, value: Math.max(...apart) })]
}
