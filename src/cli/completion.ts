/** Completion for shells: commands, flags and choices as they are, and names that only Plimsoll knows. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import tab from '@bomb.sh/tab/commander'
import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { Command } from 'commander'
import { REGISTRY } from '../models/index.ts'
import { builtinStudies } from '../study/builtin.ts'
import { examples } from './common.ts'

type Complete = (value: string, description: string) => void

/** Reads the commands that are there: the last to be added. */
export function completionCommand(program: CommandUnknownOpts | Command): void {
  // The typed commands are these very ones, with other types.
  if (!(program instanceof Command)) return
  const known = tab(program, { completionCommandName: 'completion' })
  for (const command of known.commands.values()) {
    const model = command.options.get('model')
    if (model !== undefined) model.handler = offerModels
    const study = command.arguments.get('STUDY')
    if (study !== undefined) study.handler = offerStudies
  }
  program.commands
    .find(command => command.name() === 'completion')
    ?.summary('Print shell completion')
    .description('Print what a shell needs to complete commands, flags and names: bash, zsh, fish or powershell.')
    .addHelpText('after', examples('plimsoll completion bash >> ~/.bashrc', 'plimsoll completion zsh >> ~/.zshrc'))
}

function offerModels(complete: Complete): void {
  for (const { name, title } of REGISTRY) complete(name, title)
  offerFiles(complete, /\.gguf$/i, '.', 'models')
}

function offerStudies(complete: Complete): void {
  for (const [name, { title = 'built-in' }] of Object.entries(builtinStudies)) complete(name, title)
  offerFiles(complete, /\.ya?ml$/i, '.', 'studies')
}

/** With names on offer the shell offers no files of its own. */
function offerFiles(complete: Complete, pattern: RegExp, ...folders: readonly string[]): void {
  for (const folder of folders) {
    if (!existsSync(folder)) continue
    for (const file of readdirSync(folder)) if (pattern.test(file)) complete(join(folder, file), 'file')
  }
}
