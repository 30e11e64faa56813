import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Command } from '@commander-js/extra-typings'
import { z } from 'zod'
import { PlimsollError } from '../errors.ts'
import { DEFAULT_MODEL } from '../models/index.ts'
import {
  defaultsOf,
  directionAt,
  type FitMethod,
  fit,
  fitMethods,
  isFitMethod,
  layersOf,
  needsControl,
  writeVector,
} from '../steer/index.ts'
import { MethodParameters } from '../study/schema.ts'
import { examples, outputOf, wholeNumber } from './common.ts'
import { promptList } from './prompt-list.ts'
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
    .option(
      '--layer <N>',
      'layer to read and to steer, counted from 0; not for a method that chooses its own',
      wholeNumber,
    )
    .option('--model <NAME|FILE>', 'model by name, or a GGUF file', DEFAULT_MODEL)
    .option('--method <NAME>', 'see `plimsoll methods`', 'diffmean')
    .option('--parameter <NAME=VALUE...>', 'what the method is told, such as lambda=0.6; see `plimsoll methods`')
    .option('--control-positive <SET|FILE>', 'prompts that are to be left alone, for partial-or, null-space and cast')
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
      const parameters = parametersFrom(method, options.parameter ?? [])
      const control = await controlOf(method, options)
      const positive = await promptList(options.positive, options.limit)
      const negative = await promptList(options.negative, options.limit)
      await mkdir(dirname(options.output), { recursive: true })
      using interrupt = listenForInterrupt(output, 'Stopping.')
      await using model = await openForCommand(options.model, output, { signal: interrupt.signal })
      using status = createStatusLine(output)
      const vector = await fit(
        model,
        { method, layer: options.layer, positive, negative, control, system: options.system, ...parameters },
        {
          signal: interrupt.signal,
          onProgress: event => status.onProgress({ ...event, stage: 'fit', detail: event.detail ?? event.stage }),
        },
      )
      status.clear()
      await writeVector(vector, options.output)
      const layers = layersOf([vector])
      if (output.json) {
        const [layer = 0] = layers
        const norm = directionAt(vector, layer)?.scale ?? null
        return output.printJson({ file: options.output, layers, norm, provenance: vector.provenance })
      }
      output.print(
        `${options.output}: ${options.method} at ${layers.length === 1 ? 'layer' : 'layers'} ${layers.join(', ')} of ${model.info.name}, ${positive.length} prompts against ${negative.length}`,
      )
      if (vector.provenance.note !== '') output.note(vector.provenance.note)
      output.note(`Try  plimsoll generate "…" --model ${options.model} --vector ${options.output} --strength 1`)
    })
}

function methodNamed(name: string): FitMethod {
  if (isFitMethod(name)) return name
  throw new PlimsollError('usage', `${name} cannot be fitted from two lists of prompts`, {
    expected: fitMethods.map(({ name }) => name).join(', '),
    fix: 'See them all with: plimsoll methods',
  })
}

/** `lambda=0.6`, `centred=true`. */
function parametersFrom(method: FitMethod, written: readonly string[]): MethodParameters {
  const known = Object.keys(defaultsOf(method))
  const entries = written.map(one => {
    const [name = '', value] = one.split(/=(.*)/s)
    if (value !== undefined && known.includes(name)) return [name, parsed(value)]
    throw new PlimsollError(
      'usage',
      value === undefined ? `${one} is no NAME=VALUE` : `${method} has no parameter ${name}`,
      {
        expected: known.map(parameter => `${parameter}=…`).join(', ') || 'none: this method has no parameters',
        fix: `See them with: plimsoll methods ${method}`,
      },
    )
  })
  const checked = MethodParameters.safeParse(Object.fromEntries(entries))
  if (checked.success) return checked.data
  throw new PlimsollError('usage', 'A parameter has a value that it cannot have', {
    found: z.prettifyError(checked.error),
    expected: `values like ${JSON.stringify(defaultsOf(method))}`,
    fix: `See them with: plimsoll methods ${method}`,
  })
}

function parsed(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true'
  const number = Number(text)
  return text.trim() === '' || Number.isNaN(number) ? text : number
}

interface ControlLists {
  readonly controlPositive?: string | undefined
  readonly controlNegative?: string | undefined
  readonly limit?: number | undefined
}

async function controlOf(method: FitMethod, { controlPositive, controlNegative, limit }: ControlLists) {
  if (controlPositive !== undefined && controlNegative !== undefined)
    return { positive: await promptList(controlPositive, limit), negative: await promptList(controlNegative, limit) }
  if (!needsControl(method) && controlPositive === undefined && controlNegative === undefined) return undefined
  throw new PlimsollError('usage', `${method} does not know what is to be left alone`, {
    expected: '--control-positive and --control-negative, such as harmless and harmful prompts',
    fix: 'Name both lists.',
  })
}
