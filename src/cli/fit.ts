import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Command } from '@commander-js/extra-typings'
import { PlimsollError } from '../errors.ts'
import { DEFAULT_MODEL } from '../models/index.ts'
import { choosesLayers, directionAt, fit, layersOf, writeVector } from '../steer/index.ts'
import { addColumn, examples, outputOf, positiveNumber, wholeNumber } from './common.ts'
import { controlOf, methodNamed, parametersFrom, tokensNamed } from './fit-options.ts'
import { promptList } from './prompt-list.ts'
import { listenForInterrupt } from './terminal/interrupt.ts'
import { openForCommand } from './terminal/model.ts'
import { createStatusLine } from './terminal/progress.ts'
import { prose } from './terminal/prose.ts'
import { formatOf } from './vector/open.ts'

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
    .option('--tokens <WORDS|CLAUSE>', 'which to read: template-suffix, last, prompt, answer, or a clause as JSON')
    .option('--system <TEXT>', 'system prompt under which it is fitted')
    .option('--limit <N>', 'use the first N prompts of each list', positiveNumber)
    .option('--column <OURS=THEIRS>', 'a column of your files, such as prompt=question', addColumn)
    .option('--threads <N>', 'threads of the engine (default: what the processors allow)', positiveNumber)
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
      // Before anything is fitted that could not be written.
      formatOf(options.output)
      const parameters = parametersFrom(method, options.parameter ?? [])
      const control = await controlOf(method, options)
      if (options.layer === undefined && !choosesLayers(method)) throw noLayer(method)
      const tokens = options.tokens === undefined ? undefined : tokensNamed(options.tokens)
      const positive = await promptList(options.positive, options)
      const negative = await promptList(options.negative, options)
      await mkdir(dirname(options.output), { recursive: true })
      using interrupt = listenForInterrupt(output, 'Stopping.')
      await using model = await openForCommand(options.model, output, {
        threads: options.threads,
        signal: interrupt.signal,
      })
      using status = createStatusLine(output)
      const vector = await fit(
        model,
        { method, layer: options.layer, positive, negative, control, tokens, system: options.system, ...parameters },
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
      if (vector.provenance.note !== '') output.note(prose(vector.provenance.note))
      output.note(`Try  plimsoll generate "…" --model ${options.model} --vector ${options.output} --strength 1`)
    })
}

function noLayer(method: string): PlimsollError {
  return new PlimsollError('usage', `${method} has to be told its layer`, {
    expected: '--layer N, counted from 0; the middle of the model is a good start',
    fix: 'Name one, or have `plimsoll sweep` or a study choose it.',
  })
}
