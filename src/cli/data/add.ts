import type { Command } from '@commander-js/extra-typings'
import { addDataset, checkDatasets, listDatasets } from '../../data/index.ts'
import { PlimsollError } from '../../errors.ts'
import { examples, outputOf } from '../common.ts'
import { listenForInterrupt } from '../terminal/interrupt.ts'
import { createStatusLine } from '../terminal/progress.ts'
import { describeSet } from './describe.ts'

export function addCommand(data: Command): void {
  data
    .command('add <NAME>')
    .description('Fetch a published data set from where it was published, and check its hash.')
    .addHelpText('after', examples('plimsoll data add xstest/safe', 'plimsoll data add mmlu'))
    .action(async (name, _options, command) => {
      const output = outputOf(command)
      const known = listDatasets().find(set => set.name === name)
      if (known?.source === 'packaged')
        throw new PlimsollError('usage', `${name} comes with Plimsoll`, {
          fix: `Nothing needs to be fetched. See what it holds with: plimsoll data check ${name}`,
        })
      if (known !== undefined) output.note(`${name}: ${known.licence}\n  from ${known.source}`)
      using interrupt = listenForInterrupt(output, 'Stopping. What has arrived is kept; run the same line to go on.')
      using status = createStatusLine(output)
      const added = await addDataset(name, { signal: interrupt.signal, onProgress: status.onProgress })
      status.clear()
      const { sets } = await checkDatasets([name])
      if (output.json) return output.printJson({ ...added, sets })
      output.print(
        added.fetched.length === 0
          ? `It was here already, in ${added.folder}`
          : `${added.fetched.length} ${added.fetched.length === 1 ? 'file is' : 'files are'} in ${added.folder}`,
      )
      for (const set of sets) output.print(describeSet(set))
    })
}
