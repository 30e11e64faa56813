import { existsSync } from 'node:fs'
import type { Command } from '@commander-js/extra-typings'
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
    .summary('list | pull | path | remove')
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
        row.title,
        row.quantisation,
        `${Math.round(row.bytes / 1e6)} MB`.padStart(7),
        row.licence,
        row.here ? 'here' : 'not here',
        [row.label, row.default ? 'default' : null].filter(text => text !== null).join(', '),
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
