import { existsSync } from 'node:fs'
import { extname } from 'node:path'
import { type Command, Option } from '@commander-js/extra-typings'
import { checkDatasets, type DatasetRef, type FileRef, kindOfName } from '../../data/index.ts'
import { addColumn, examples, outputOf } from '../common.ts'
import { describeSet, describeShared } from './describe.ts'

const kinds = ['prompts', 'choices', 'prose', 'templates', 'conflicts', 'rewrites'] as const

export function checkCommand(data: Command): void {
  data
    .command('check <SET...>')
    .description(
      'Read sets as a study would: what they hold, what is left out and why, and which rows two of them share. A set is a name or a file (.jsonl, .csv, .tsv, .json, .txt).',
    )
    .addOption(new Option('--kind <KIND>', 'what the rows of your files are').choices(kinds).default(kinds[0]))
    .option('--column <OURS=THEIRS>', 'a column of your files; several theirs with commas', addColumn)
    .addHelpText(
      'after',
      examples(
        'plimsoll data check mine.csv english/harmful/test --column prompt=question',
        'plimsoll data check quiz.csv --kind choices --column choices=a,b,c,d',
      ),
    )
    .action(async (sets, { kind, column }, command) => {
      const output = outputOf(command)
      const checked = await checkDatasets(
        sets.map(set => refOf(set, column)),
        { kind },
      )
      if (output.json) return output.printJson(checked)
      for (const set of checked.sets) output.print(describeSet(set))
      for (const shared of checked.shared) output.print(`\n${describeShared(shared)}`)
      if (checked.shared.length > 0) {
        output.note('\nA study leaves out of fit and select what meets its test rows, and says how many.')
      } else if (sets.length > 1) output.print('\nNo two of them share a row, or nearly.')
    })
}

function refOf(set: string, columns: FileRef['columns']): DatasetRef {
  const isFile = kindOfName(set) === undefined && (existsSync(set) || extname(set) !== '')
  return isFile ? { file: set, columns } : set
}
