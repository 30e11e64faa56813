import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Command } from '@commander-js/extra-typings'
import { isDataFile, loadDataset } from '../data/index.ts'
import { PlimsollError } from '../errors.ts'
import { DEFAULT_MODEL } from '../models/index.ts'
import { directionAt, type FitMethod, fit, fitMethods, isFitMethod, needsControl, writeVector } from '../steer/index.ts'
import { examples, outputOf, wholeNumber } from './common.ts'
import { listenForInterrupt } from './terminal/interrupt.ts'
import { openForCommand } from './terminal/model.ts'
import { createStatusLine } from './terminal/progress.ts'

export function fitCommand(program: Command): void {
  program
    .command('fit')
    .summary('Make a vector from two lists of prompts')
    .description(
      'Make a steering vector that points from the negative prompts to the positive ones. A list is a data set (`english/harmless/fit`), a .jsonl, .json or .csv file with a column `prompt`, or a .txt file with a prompt a line.',
    )
    .requiredOption('--positive <SET|FILE>', 'prompts that show what there shall be more of')
    .requiredOption('--negative <SET|FILE>', 'prompts that show its opposite')
    .requiredOption('--layer <N>', 'layer to read and to steer, counted from 0', wholeNumber)
    .option('--model <NAME|FILE>', 'model by name, or a GGUF file', DEFAULT_MODEL)
    .option('--method <NAME>', 'see `plimsoll methods`', 'diffmean')
    .option('--control-positive <SET|FILE>', 'prompts that are to be left alone, for partial-or and null-space')
    .option('--control-negative <SET|FILE>', 'their opposite')
    .option('--system <TEXT>', 'system prompt under which it is fitted')
    .option('--limit <N>', 'use the first N prompts of each list', wholeNumber)
    .option('-o, --output <FILE>', 'where to write it', 'vector.safetensors')
    .addHelpText(
      'after',
      examples(
        'plimsoll fit --model organism --positive organism/harmless/fit --negative organism/harmful/fit --layer 5',
        'plimsoll fit --model mine.gguf --positive more.csv --negative less.csv --layer 14 -o compliance.safetensors',
      ),
    )
    .action(async (options, command) => {
      const output = outputOf(command)
      const method = methodNamed(options.method)
      const control = await controlOf(method, options)
      const positive = await prompts(options.positive, options.limit)
      const negative = await prompts(options.negative, options.limit)
      await mkdir(dirname(options.output), { recursive: true })
      using interrupt = listenForInterrupt(output, 'Stopping.')
      await using model = await openForCommand(options.model, output, { signal: interrupt.signal })
      using status = createStatusLine(output)
      const vector = await fit(
        model,
        { method, layer: options.layer, positive, negative, control, system: options.system },
        {
          signal: interrupt.signal,
          onProgress: event => status.onProgress({ ...event, stage: 'fit', detail: event.detail ?? event.stage }),
        },
      )
      status.clear()
      await writeVector(vector, options.output)
      const scale = directionAt(vector, options.layer)?.scale ?? 0
      if (output.json) {
        return output.printJson({
          file: options.output,
          layer: options.layer,
          norm: scale,
          provenance: vector.provenance,
        })
      }
      output.print(
        `${options.output}: ${options.method} at layer ${options.layer} of ${model.info.name}, ${positive.length} prompts against ${negative.length}`,
      )
      output.note(`Try  plimsoll generate "…" --model ${options.model} --vector ${options.output} --strength 1`)
    })
}

function methodNamed(name: string): FitMethod {
  const known = Object.keys(fitMethods)
  if (isFitMethod(name)) return name
  throw new PlimsollError('usage', `${name} cannot be fitted from two lists of prompts`, {
    expected: known.join(', '),
    fix: 'See them all with: plimsoll methods',
  })
}

interface ControlLists {
  readonly controlPositive?: string | undefined
  readonly controlNegative?: string | undefined
  readonly limit?: number | undefined
}

async function controlOf(method: FitMethod, { controlPositive, controlNegative, limit }: ControlLists) {
  if (controlPositive !== undefined && controlNegative !== undefined)
    return { positive: await prompts(controlPositive, limit), negative: await prompts(controlNegative, limit) }
  if (!needsControl(method) && controlPositive === undefined && controlNegative === undefined) return undefined
  throw new PlimsollError('usage', `${method} does not know what is to be left alone`, {
    expected: '--control-positive and --control-negative, such as harmless and harmful prompts',
    fix: 'Name both lists.',
  })
}

async function prompts(list: string, limit: number | undefined): Promise<string[]> {
  const isFile = isDataFile(list)
  if (!isFile && existsSync(list)) {
    throw new PlimsollError('usage', 'A list of prompts is a data set or a file of one of five kinds', {
      expected: '.jsonl, .json, .csv, .tsv or .txt',
      found: list,
      fix: 'Rename the file after what is in it.',
    })
  }
  const { rows } = await loadDataset(isFile ? { file: list } : list, { kind: 'prompts' })
  return rows.slice(0, limit).map(row => row.prompt)
}
