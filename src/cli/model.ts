import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Command, Option } from '@commander-js/extra-typings'
import { quantiseModel } from '../engine/quantise/index.ts'
import { weightTypes } from '../engine/quantise/job.ts'
import { PlimsollError } from '../errors.ts'
import {
  DEFAULT_MODEL,
  listCached,
  modelFile,
  pullModel,
  REGISTRY,
  removeCached,
  resolveModel,
} from '../models/index.ts'
import { examples, outputOf } from './common.ts'
import { columns } from './terminal/columns.ts'
import { listenForInterrupt } from './terminal/interrupt.ts'
import { createStatusLine } from './terminal/progress.ts'

export function modelCommand(program: Command): void {
  const model = program
    .command('model')
    .summary('list | pull | path | quantise | remove')
    .helpCommand(false)
    .description('Models that have a name. Any path to a GGUF file works in place of one.')
    .addHelpText('after', examples('plimsoll model list', `plimsoll model pull ${DEFAULT_MODEL}`))

  model
    .command('list')
    .description('List the models that have a name, and which are on this machine.')
    .addHelpText('after', examples('plimsoll model list', 'plimsoll model list --json'))
    .action(async (_options, command) => {
      const output = outputOf(command)
      const cached = await listCached()
      const rows = REGISTRY.map(entry => ({
        name: entry.name,
        title: entry.title,
        instruct: entry.instruct,
        parameters: entry.parameters,
        bytes: entry.bytes,
        quantisation: entry.quantisation,
        licence: entry.licence,
        here: existsSync(modelFile(entry.name)),
        default: entry.name === DEFAULT_MODEL,
        label: entry.label,
      }))
      const own = cached.filter(file => !REGISTRY.some(entry => entry.name === file.name))
      if (output.json)
        return output.printJson([...rows, ...own.map(file => ({ name: file.name, file: file.file, here: true }))])
      const lines = rows.map(row => [
        row.name,
        row.quantisation,
        `${Math.round(row.bytes / 1e6)} MB`.padStart(7),
        row.licence,
        row.here ? 'here' : 'not here',
        [row.label, row.default ? 'default' : null, row.instruct ? null : 'base model']
          .filter(text => text !== null)
          .join(', '),
      ])
      output.print(columns([...lines, ...own.map(file => [file.name, 'in the cache'])]))
    })

  model
    .command('pull [NAME]')
    .description('Fetch a model into the cache; resumes, and checks its hash.')
    .addHelpText('after', examples(`plimsoll model pull ${DEFAULT_MODEL}`, 'plimsoll model pull'))
    .action(async (name, _options, command) => {
      const output = outputOf(command)
      using interrupt = listenForInterrupt(output, 'Stopping. What has arrived is kept; run the same line to go on.')
      using status = createStatusLine(output)
      const pulled = await pullModel(name ?? DEFAULT_MODEL, { signal: interrupt.signal, onProgress: status.onProgress })
      status.clear()
      if (output.json)
        return output.printJson({ name: pulled.name, file: pulled.file, source: pulled.source, failed: pulled.failed })
      for (const { source, why } of pulled.failed) output.note(`  tried ${source}: ${why}`)
      output.print(
        pulled.source === null
          ? `${pulled.name} was here already: ${pulled.file}`
          : `${pulled.name} is here: ${pulled.file}`,
      )
    })

  model
    .command('path <NAME>')
    .description('Print where the file of a model lies.')
    .addHelpText('after', examples('plimsoll model path organism', `plimsoll model path ${DEFAULT_MODEL}`))
    .action(async (name, _options, command) => {
      const output = outputOf(command)
      const { file } = await resolveModel(name)
      if (output.json) output.printJson({ name, file })
      else output.print(file)
    })

  model
    .command('quantise <NAME|FILE> [OUT]')
    .summary('Write a model with its weights in another type.')
    .description(
      'Write a model anew with its weights in another type. llama.cpp multiplies some types much faster than others: docs/performance.md has figures. The new file lies in the cache and has a name of its own, or is OUT. Vectors of one model do not fit the other.',
    )
    .addOption(
      new Option('--type <TYPE>', 'of the weights; q4_0 is smaller, and loses more')
        .choices(weightTypes)
        .default('q8_0'),
    )
    .addHelpText(
      'after',
      examples(
        `plimsoll model quantise ${DEFAULT_MODEL}`,
        'plimsoll model quantise mine.gguf smaller.gguf --type q4_0',
      ),
    )
    .action(async (from, to, { type }, command) => {
      const output = outputOf(command)
      const source = await resolveModel(from)
      const name = `${source.name}-${type}`
      const file = to === undefined ? modelFile(name) : resolve(to)
      using interrupt = listenForInterrupt(output, 'Stopping. What was written is thrown away.')
      using status = createStatusLine(output)
      await quantiseModel(source.file, file, { type, signal: interrupt.signal, onProgress: status.onProgress })
      status.clear()
      const known = to === undefined ? name : to
      if (output.json) return output.printJson({ name: known, file, type, bytes: statSync(file).size })
      output.print(`${known} is here: ${file}`)
      output.note(`Try  plimsoll doctor --model ${known}`)
    })

  model
    .command('remove <NAME>')
    .description('Remove a model, and what was fetched of it, from the cache.')
    .addHelpText('after', examples(`plimsoll model remove ${DEFAULT_MODEL}`, 'plimsoll model list'))
    .action(async (name, _options, command) => {
      const output = outputOf(command)
      const removed = await removeCached(name)
      if (!removed) {
        throw new PlimsollError('not-found', `${name} is not in the cache`, {
          fix: 'See what is there with: plimsoll model list',
        })
      }
      if (output.json) output.printJson({ name, removed })
      else output.print(`${name} is no longer in the cache`)
    })
}
