import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Command } from '@commander-js/extra-typings'
import { PlimsollError } from '../../errors.ts'
import { DEFAULT_MODEL } from '../../models/index.ts'
import { fitAutoencoder, saveAutoencoder } from '../../steer/index.ts'
import { examples, outputOf, positiveNumber, wholeNumber } from '../common.ts'
import { promptList } from '../prompt-list.ts'
import { listenForInterrupt } from '../terminal/interrupt.ts'
import { openForCommand } from '../terminal/model.ts'
import { createStatusLine } from '../terminal/progress.ts'

/** Latents for each value of a state, where none are asked for. */
const latentsPerValue = 4

export function trainCommand(sae: Command): void {
  sae
    .command('train')
    .summary('train a small one on the states of one layer')
    .description(
      'Train a top-k autoencoder on the states of one layer at the tokens of prompts. A tenth of the prompts is held out to measure it. The list is a data set (`english/harmless/fit`), a .jsonl, .json or .csv file with a column `prompt`, or a .txt file with a prompt a line.',
    )
    .requiredOption('--prompts <SET|FILE...>', 'prompts to read states at; several are joined')
    .requiredOption('--layer <N>', 'layer, counted from 0', wholeNumber)
    .option('--model <NAME|FILE>', 'model by name, or a GGUF file', DEFAULT_MODEL)
    .option('--latents <N>', 'latents (default: four for each value of a state)', wholeNumber)
    .option('--top <N>', 'latents that are kept of each state', wholeNumber, 16)
    .option('--epochs <N>', 'times that each state is trained on', wholeNumber, 10)
    .option('--seed <N>', 'of the start, the order and what is held out', wholeNumber, 1)
    .option('--limit <N>', 'use the first N prompts of each list', positiveNumber)
    .option('-o, --output <FILE>', 'where to write it', 'sae.safetensors')
    .addHelpText(
      'after',
      examples(
        'plimsoll sae train --model organism --prompts organism/harmless/fit --layer 5',
        'plimsoll sae train --prompts mine.txt --layer 15 --latents 2048 -o sae.safetensors',
      ),
    )
    .action(async (options, command) => {
      const output = outputOf(command)
      const { layer, top, epochs, seed } = options
      if (!/\.safetensors$/i.test(options.output))
        throw new PlimsollError('usage', 'An autoencoder is written as .safetensors', {
          found: options.output,
          expected: 'a name that ends in .safetensors',
          fix: 'Name the file so.',
        })
      const lists = []
      for (const list of options.prompts) lists.push(await promptList(list, options))
      await mkdir(dirname(options.output), { recursive: true })
      using interrupt = listenForInterrupt(output, 'Stopping.')
      await using model = await openForCommand(options.model, output, { signal: interrupt.signal })
      using status = createStatusLine(output)
      const latents = options.latents ?? latentsPerValue * model.info.width
      const prompts = [...new Set(lists.flat())]
      const { autoencoder, record } = await fitAutoencoder(
        model,
        { prompts, layer, latents, top, epochs },
        { signal: interrupt.signal, seed, onProgress: status.onProgress },
      )
      status.clear()
      await saveAutoencoder(autoencoder, record, options.output)
      if (output.json)
        return output.printJson({ file: options.output, latents, top, losses: autoencoder.losses, ...record })
      const { explainedVariance, heldOutRows, dead } = record.measured
      output.print(
        `${options.output}: ${latents} latents at layer ${layer} of ${model.info.name}, ${top} kept of each state`,
      )
      output.print(`trained on         ${record.data.rows} tokens of ${record.data.prompts} prompts, a tenth held out`)
      output.print(`explained variance ${percent(explainedVariance)} of ${heldOutRows} tokens held out`)
      output.print(`dead latents       ${percent(dead)}: none of the tokens activates them`)
      output.note(`Try  plimsoll fit --method sta --parameter autoencoder=${options.output} --layer ${layer} …`)
    })
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}
