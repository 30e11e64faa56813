/** Methods that are trained through the model, against AxBench's own modules behind transformers. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { openModel } from '../../src/engine/open.ts'
import type { TrainableSpec } from '../../src/engine/types.ts'
import { writeTinyModel } from '../../test/support/tiny-gguf.ts'
import { exampleTokens, rawExamples } from '../../test/support/trained-examples.ts'
import { run, scratch } from './python.ts'
import { atLeast, atMost, type Comparison, cosine } from './table.ts'

const Learnt = z.object({ learningRate: z.number(), losses: z.array(z.number()), weight: z.array(z.number()) })
const Made = z.object({
  layer: z.int(),
  steps: z.int(),
  top: z.int(),
  penalty: z.number(),
  ssv: Learnt,
  'reft-r1': Learnt,
})

const original = 'AxBench e9b8cd4'
const leastCosine = 0.99
const mostLoss = 0.02

export async function trainedMethods(options: {
  readonly python: string
  readonly axbench: string | undefined
}): Promise<Comparison[]> {
  const methods = ['ssv', 'reft-r1'] as const
  const { python, axbench } = options
  if (axbench === undefined)
    return methods.map(method =>
      atLeast(leastCosine, {
        what: `\`${method}\``,
        original: `${original}: needs \`--axbench\``,
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
  await run(python, 'methods/trained.py', ['--axbench', axbench, '--out', out, folder.path])
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
    const apart = losses.map((loss, i) => Math.abs((trained.losses[i] ?? Number.NaN) / loss - 1))
    const what = `\`${method}\``
    found.push(
      atLeast(leastCosine, { what, original, measure: 'cosine', value: cosine(trained.parameters, weight) }),
      atMost(mostLoss, {
        what,
        original,
        measure: `loss of ${steps} steps, largest part`,
        value: Math.max(...apart),
      }),
    )
  }
  return found
}
