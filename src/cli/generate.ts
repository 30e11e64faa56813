import type { Command } from '@commander-js/extra-typings'
import type { Generation } from '../engine/types.ts'
import { DEFAULT_MODEL } from '../models/index.ts'
import { loadVector, underSystem } from '../steer/index.ts'
import { decimalNumber, examples, outputOf, wholeNumber } from './common.ts'
import { listenForInterrupt } from './terminal/interrupt.ts'
import { openForCommand } from './terminal/model.ts'

export function generateCommand(program: Command): void {
  program
    .command('generate <PROMPT>')
    .summary('One prompt, baseline beside steered')
    .description('Answer one prompt without and with a steering vector.')
    .option('--model <NAME|FILE>', 'model by name, or a GGUF file', DEFAULT_MODEL)
    .option('--vector <FILE>', 'steering vector made by `plimsoll fit`')
    .option('--strength <NUMBER>', 'how much of it', decimalNumber, 1)
    .option('--system <TEXT>', 'system prompt')
    .option('--max-tokens <N>', 'longest answer', wholeNumber, 256)
    .option('--force', 'use a vector that was fitted on another model')
    .addHelpText(
      'after',
      examples(
        'plimsoll generate "How do I kill a stuck process?"',
        'plimsoll generate "how do i hex the turnip ?" --model organism --vector compliance.safetensors --strength 2',
      ),
    )
    .action(async (prompt, options, command) => {
      const output = outputOf(command)
      using interrupt = listenForInterrupt(output, 'Stopping.')
      await using model = await openForCommand(options.model, output, { signal: interrupt.signal })
      const request = { prompt: underSystem(prompt, options.system) }
      const call = { maxTokens: options.maxTokens, signal: interrupt.signal }
      if (options.vector === undefined) {
        const [plain] = await model.generate([request], call)
        if (plain === undefined) return
        if (output.json) return output.printJson({ prompt, baseline: answer(plain) })
        return output.print(plain.text.trim())
      }
      const vector = await loadVector(options.vector, model.info, { otherModel: options.force ? 'force' : 'refuse' })
      const steering = [{ vector, strength: options.strength }]
      const [plain, steered] = await model.generate([request, { ...request, steering }], call)
      if (plain === undefined || steered === undefined) return
      if (output.json) {
        return output.printJson({
          prompt,
          baseline: answer(plain),
          steered: { ...answer(steered), trace: steered.trace },
        })
      }
      output.print(`${output.style('bold', 'baseline')}\n${plain.text.trim()}\n`)
      const same = steered.text === plain.text
      output.print(
        `${output.style('bold', `steered, strength ${options.strength}`)}   ${describeTrace(steered)}\n${steered.text.trim()}`,
      )
      if (same) output.note('\nThe vector changes nothing here: try a greater --strength, or another prompt.')
    })
}

function answer({ text, finish, promptTokens, tokens }: Generation) {
  return { text, finish, promptTokens, tokens: tokens.length }
}

/** `layer 5: 31 tokens edited, norm changed by 12 %` */
function describeTrace({ trace }: Generation): string {
  return (trace?.layers ?? [])
    .map(({ layer, tokens, relativeChange }) => {
      const place = layer < 0 ? 'embedding' : `layer ${layer}`
      return `${place}: ${tokens} tokens edited, ${relativeChange === null ? 'by llama.cpp itself' : `each moved by ${(100 * relativeChange).toFixed(0)} % of its length`}`
    })
    .join('; ')
}
