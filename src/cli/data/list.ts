import type { Command } from '@commander-js/extra-typings'
import { listDatasets } from '../../data/index.ts'
import { dataFolder } from '../../paths.ts'
import { examples, outputOf } from '../common.ts'
import { columns } from '../terminal/columns.ts'

export function listCommand(data: Command): void {
  data
    .command('list')
    .description('List the data sets that have a name, their licences, and which are on this machine.')
    .addHelpText('after', examples('plimsoll data list', 'plimsoll data list --json'))
    .action((_options, command) => {
      const output = outputOf(command)
      const sets = listDatasets()
      if (output.json) return output.printJson(sets)
      const lines = sets.map(({ name, kind, rows, licence, source, available }) => [
        name,
        kind,
        rows.toLocaleString('en').padStart(6),
        source === 'packaged' ? 'packaged' : available ? 'here' : 'not here',
        shortened(licence),
      ])
      output.print(columns(lines))
      output.note(`\nPublished sets are read from ${dataFolder()}`)
      output.note('Get one with: plimsoll data add NAME    All licences: plimsoll data list --json')
    })
}

/** What is left of 80 columns. */
const widest = 19

/** The first of several licences, of those that are stated. */
function shortened(licence: string): string {
  if (licence.length <= widest) return licence
  return `${/MIT|Apache-2\.0|CC BY\S* \d\.\d/.exec(licence)?.[0] ?? 'several'} …`
}
