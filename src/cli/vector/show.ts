import type { Command } from '@commander-js/extra-typings'
import { z } from 'zod'
import { directionAt, layersOf } from '../../steer/index.ts'
import { measuredAt } from '../../study/measured-vectors.ts'
import { verdicts } from '../../study/report/words.ts'
import { examples, globalsOf, outputOf } from '../common.ts'
import { columns, proseColumns } from '../terminal/columns.ts'
import { prose } from '../terminal/prose.ts'
import { defaultStore } from '../terminal/study.ts'
import { layerName } from './compare.ts'
import { readVector } from './open.ts'
import { inWords, partsOf } from './parts.ts'
import { cosinesAt, refusalInWords, refusalOverlap } from './refusal.ts'

export function showCommand(vector: Command): void {
  vector
    .command('show <FILE>')
    .summary('what a vector is, where it acts, what it was measured to do')
    .description(
      'Show where a vector comes from, where and how strongly it acts, and what studies in the store found that it changes; with its model also how much of it lies along the direction of refusal (fitted once on the data sets of the package, then kept).',
    )
    .option('--model <NAME|FILE>', 'its model: for the direction of refusal, and for .gguf files')
    .addHelpText(
      'after',
      examples(
        'plimsoll vector show vector.safetensors --model smollm2-135m',
        'plimsoll vector show happy.gguf --model mine.gguf --json',
      ),
    )
    .action(async (file, options, command) => {
      const output = outputOf(command)
      const found = await readVector(file, options, output)
      const storeFile = globalsOf(command).store ?? defaultStore
      const [measured = []] = await measuredAt(storeFile, [found])
      const refusal = await refusalOverlap(found, options.model, output)
      const { edit, provenance } = found
      const parts = partsOf(found)
      const layers = layersOf([found]).map(layer => ({ layer, scale: directionAt(found, layer)?.scale ?? null }))
      if (output.json) return output.printJson({ file, edit, parts, layers, provenance, refusal, measured })
      const { model, method, parameters, data, system, tool, note } = provenance
      const rows = [
        ['made by', `${method}, ${tool}`],
        [
          'model',
          `${model.name}: ${model.architecture}, ${model.layers} layers × ${model.width} (${model.fingerprint.slice(0, 8)})`,
        ],
        ['from', `${data.positive} prompts against ${data.negative} (${data.sha256.slice(0, 8)})`],
        ...(system === null ? [] : [['system prompt', system]]),
        ...parts.map((part, i) => [i === 0 ? 'does' : '', inWords(part)]),
        ...(note === '' ? [] : [['note', note]]),
        ...Object.entries(parameters).flatMap(([key, value]) =>
          (origins(key, value) ?? [shortened(value)]).map((text, i) => [i === 0 ? `fitted: ${key}` : '', text]),
        ),
      ]
      output.print(proseColumns(rows))
      output.print('')
      const beside = refusal !== null && refusal.layers.length > 0 ? refusal : null
      output.print(
        columns([
          ['layer', 'scale', ...(beside === null ? [] : ['cosine with refusal'])],
          ...layers.map(({ layer, scale }) => [
            layerName(layer),
            scale?.toPrecision(4) ?? 'several',
            ...(beside === null ? [] : [cosinesAt(beside, layer)]),
          ]),
        ]),
      )
      output.print('')
      if (refusal !== null) output.print(prose(refusalInWords(refusal)))
      else output.note(`How much of it lies along the direction of refusal: add --model ${model.name}`)
      if (measured.length === 0) {
        output.print('What else it changes has not been measured here.')
        output.note(`Measure it: a study with the condition { name: mine, vector: ${file}, strength: 1 }`)
      }
      for (const { study, condition, strength, verdict, sentence } of measured)
        output.print(prose(`${verdicts[verdict].word} at strength ${strength} (${study}, ${condition}): ${sentence}`))
    })
}

/** What a combination was made of, each on a line of its own; undefined for any other parameter. */
function origins(key: string, value: unknown): string[] | undefined {
  const terms = key === 'sum' ? z.array(z.object({ factor: z.number(), of: Origin })).safeParse(value).data : undefined
  if (terms !== undefined)
    return terms.map(({ factor, of }) => `${String(factor).replace('-', '−')} × ${originInWords(of)}`)
  return key === 'of' || key === 'orthogonalTo'
    ? z.array(Origin).safeParse([value].flat()).data?.map(originInWords)
    : undefined
}

const Origin = z.object({
  method: z.string(),
  parameters: z.looseObject({ layer: z.number().optional() }),
  data: z.object({ positive: z.number(), negative: z.number(), sha256: z.string() }),
})

function originInWords({ method, parameters: { layer }, data }: z.infer<typeof Origin>): string {
  const at = layer === undefined ? '' : ` at layer ${layer}`
  return `${method}${at}, from ${data.positive} prompts against ${data.negative} (${data.sha256.slice(0, 8)})`
}

const longest = 120

function shortened(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length <= longest ? text : `${text.slice(0, longest)}… (--json has all of it)`
}
