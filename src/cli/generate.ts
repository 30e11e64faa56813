import { readFile } from 'node:fs/promises'
import type { Command } from '@commander-js/extra-typings'
import type { Generation } from '../engine/types.ts'
import { PlimsollError } from '../errors.ts'
import { DEFAULT_MODEL } from '../models/index.ts'
import { openVector, underSystem } from '../steer/index.ts'
import { decimalNumber, examples, outputOf, positiveNumber, strengthNumber, wholeNumber } from './common.ts'
import { listenForInterrupt } from './terminal/interrupt.ts'
import { openForCommand } from './terminal/model.ts'

export function generateCommand(program: Command): void {
  program
    .command('generate <PROMPT>')
    .summary('One prompt, baseline beside steered')
    .description('Answer one prompt without and with a steering vector.')
    .option('--model <NAME|FILE>', 'model by name, or a GGUF file', DEFAULT_MODEL)
    .option('--vector <FILE>', 'steering vector made by `plimsoll fit`')
    .option('--strength <NUMBER>', 'how much of it', strengthNumber, 1)
    .option('--system <TEXT>', 'system prompt')
    .option('--max-tokens <N>', 'longest answer', positiveNumber, 256)
    .option('--temperature <NUMBER>', 'how freely tokens are drawn; 0: always the most likely', decimalNumber, 0)
    .option('--top-k <N>', 'draw from the N most likely tokens', wholeNumber)
    .option('--top-p <NUMBER>', 'draw from the likeliest that have this probability together', decimalNumber)
    .option('--min-p <NUMBER>', 'draw from those this fraction as likely as the likeliest', decimalNumber)
    .option('--seed <N>', 'another seed, another draw', wholeNumber, 0)
    .option('--grammar <FILE>', 'the answer has to match this GBNF grammar')
    .option('--force', 'use a vector that was fitted on another model')
    .option('--threads <N>', 'threads of the engine (default: what the processors allow)', positiveNumber)
    .addHelpText(
      'after',
      examples(
        'plimsoll generate "How do I kill a stuck process?"',
        'plimsoll generate "how do i hex the turnip ?" --model organism --vector compliance.safetensors --strength 2',
      ),
    )
    .action(async (prompt, options, command) => {
      const output = outputOf(command)
      if (options.vector === undefined)
        for (const option of ['strength', 'force'] as const)
          if (command.getOptionValueSource(option) === 'cli') throw withoutVector(option)
      using interrupt = listenForInterrupt(output, 'Stopping.')
      await using model = await openForCommand(options.model, output, {
        threads: options.threads,
        signal: interrupt.signal,
      })
      const request = { prompt: underSystem(prompt, options.system) }
      const { temperature, topK, topP, minP, seed } = options
      const grammar = options.grammar === undefined ? undefined : await readGrammar(options.grammar)
      // Both answers with the same draws: what differs comes from the vector.
      const sampling = { temperature, topK, topP, minP, seed, grammar }
      const call = { maxTokens: options.maxTokens, signal: interrupt.signal, sampling }
      if (options.vector === undefined) {
        const [plain] = await model.generate([request], call)
        if (plain === undefined) return
        if (output.json) return output.printJson({ prompt, baseline: answer(plain) })
        return output.print(plain.text.trim())
      }
      const vector = await openVector(options.vector, model.info, { otherModel: options.force ? 'force' : 'refuse' })
      const steering = [{ vector, strength: options.strength }]
      const second = { ...request, steering, sampling: { ...sampling, seed: seed - 1 } }
      const [plain, steered] = await model.generate([request, second], call)
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

function withoutVector(option: string): PlimsollError {
  return new PlimsollError('usage', `--${option} says something of a vector, and there is none`, {
    expected: '--vector FILE beside it',
    fix: 'Name a vector made by `plimsoll fit`, or leave it out.',
  })
}

async function readGrammar(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(cause => {
    throw new PlimsollError('not-found', 'The grammar cannot be read', {
      where: file,
      fix: 'Give a file with GBNF rules, the first of them named root.',
      cause,
    })
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
