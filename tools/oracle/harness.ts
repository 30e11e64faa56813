/** Files for lm-evaluation-harness, in its own steered model. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { openModel } from '../../src/engine/open.ts'
import { type DirectedVector, fit, writeVector } from '../../src/steer/index.ts'
import { writeTinyModel } from '../../test/support/tiny-gguf.ts'
import { run, scratch } from './python.ts'
import { atMost, type Comparison } from './table.ts'

const Made = z.object({ lm_eval: z.string(), plain: z.array(z.number()), steered: z.array(z.number()) })
const layer = 2
const mostApart = 1e-3

export async function harness({ python }: { readonly python: string }): Promise<Comparison[]> {
  await using folder = scratch()
  const file = join(folder.path, 'llama.gguf')
  writeTinyModel(file)
  await using model = await openModel(file, { threads: 1, cache: 'f32', flashAttention: 'off' })
  const rows = { positive: ['hello', 'the wings'], negative: ['a word', 'hat'] }
  const vector = await fit(model, { method: 'diffmean', layer, ...rows, tokens: { phase: 'prompt' } })
  if (vector.edit !== 'add') throw new Error('diffmean adds')
  const prompt = { raw: 'the wings of a bird are' }
  const { tokens } = await model.render(prompt)
  writeFileSync(join(folder.path, 'tokens.json'), JSON.stringify(tokens))
  const vocabulary = Array.from({ length: model.info.vocabulary }, (_, token) => token)
  const found: Comparison[] = []
  for (const edit of ['add', 'ablate'] as const) {
    const edited: DirectedVector = { ...vector, edit }
    await writeVector(edited, join(folder.path, 'steer.pt'))
    const made = Made.parse(JSON.parse(lastLine(await run(python, 'harness/steered.py', [folder.path]))))
    // The harness moves the beginning of sequence as well.
    const where = { layers: [layer], tokens: { phase: 'all', beginning: 'keep' } } as const
    const [ours] = await model.firstToken([prompt], vocabulary, { steering: [{ vector: edited, where }] })
    const apart = (told: readonly number[]) => Math.max(...told.map((value, i) => Math.abs(value - (ours?.[i] ?? 0))))
    if (!(apart(made.plain) > 100 * mostApart)) throw new Error('The vector changes too little to be compared.')
    found.push(
      atMost(mostApart, {
        what: `a \`.pt\` file that says \`${edit}\``,
        original: `lm_eval ${made.lm_eval}`,
        measure: 'log-probabilities of the next token, most apart',
        value: apart(made.steered),
      }),
    )
  }
  return found
}

/** Libraries print what they load before it. */
function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? ''
}
