/** States of a real model, against transformers reading the same quantised file. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { openModel } from '../../src/engine/open.ts'
import { resolveModel } from '../../src/models/resolve.ts'
import { run, scratch } from './python.ts'
import { atLeast, type Comparison, cosine } from './table.ts'

const Made = z.object({ transformers: z.string(), states: z.array(z.array(z.array(z.number()))) })
const prompts = ['Name a colour.', 'What is the capital of France, and why?', 'Write two lines about the sea.']
const least = 0.999

export async function realStates(options: { readonly python: string; readonly model: string }): Promise<Comparison[]> {
  const { python } = options
  const { file, name } = await resolveModel(options.model)
  await using model = await openModel(file, { name })
  await using folder = scratch()
  const asked = join(folder.path, 'tokens.json')
  const tokens = await Promise.all(prompts.map(async prompt => (await model.render(prompt)).tokens))
  writeFileSync(asked, JSON.stringify(tokens))
  const told = Made.parse(JSON.parse(await run(python, 'families/real.py', [file, asked])))
  const where = { layers: 'all', tokens: { phase: 'prompt', last: 1 } } as const
  const { states } = await model.capture(prompts, where, { reduce: 'last' })
  const cosines = states.flatMap((layers, prompt) =>
    layers.map((state, layer) => cosine(state, told.states[prompt]?.[layer] ?? [])),
  )
  return [
    atLeast(least, {
      what: `states of ${name} after each of its ${model.info.layers} blocks`,
      original: `transformers ${told.transformers}`,
      measure: `least cosine of ${cosines.length}`,
      value: Math.min(...cosines),
    }),
  ]
}
