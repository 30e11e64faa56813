import type { Command } from '@commander-js/extra-typings'
import { examples } from './common.ts'
import { addCommand } from './data/add.ts'
import { checkCommand } from './data/check.ts'
import { listCommand } from './data/list.ts'

export function dataCommand(program: Command): void {
  const data = program
    .command('data')
    .summary('list | add | check')
    .helpCommand(false)
    .description('Data sets: those that have a name, those of others, your own.')
    .addHelpText('after', examples('plimsoll data list', 'plimsoll data check mine.csv --column prompt=question'))
  listCommand(data)
  addCommand(data)
  checkCommand(data)
}
