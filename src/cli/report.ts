import { join } from 'node:path'
import type { Command } from '@commander-js/extra-typings'
import { PlimsollError } from '../errors.ts'
import { planStudy } from '../study/plan.ts'
import { writeReport } from '../study/report/write.ts'
import { samplesOf } from '../study/samples.ts'
import { Study } from '../study/schema.ts'
import { readResult } from '../study/stored-result.ts'
import { examples, globalsOf, outputOf } from './common.ts'
import { openStoreAt, resultsFolder, showVerdict } from './terminal/study.ts'

export function reportCommand(program: Command): void {
  program
    .command('report <STUDY>')
    .summary('Write report.html, .md, .json of a finished study')
    .description('Write the report of the latest finished run of a study again, from the store; no model is needed.')
    .option('-o, --output <FOLDER>', 'where it goes (default: plimsoll-results/<study>)')
    .addHelpText('after', examples('plimsoll report demo', 'plimsoll report demo -o docs/demo'))
    .action(async (study, options, command) => {
      const output = outputOf(command)
      const { store, storeFile } = await openStoreAt(globalsOf(command).store)
      await using _closed = store
      const run = (await store.runs(study)).find(candidate => candidate.finished !== null)
      if (run === undefined) {
        const known = [...new Set((await store.runs()).map(other => other.study))]
        throw new PlimsollError('not-found', `There is no finished run of ${study} in this store`, {
          found: known.length === 0 ? 'an empty store' : `runs of ${known.join(', ')}`,
          where: storeFile,
          fix: `Run it: plimsoll run ${study}`,
        })
      }
      const result = readResult(run.result)
      const folder = options.output ?? join(resultsFolder, study)
      const plan = await planStudy({ study: Study.parse(run.plan), folder: process.cwd() })
      const files = await writeReport(result, samplesOf(store, run.hash, plan), folder, { store: storeFile })
      if (output.json) return output.printJson({ study, run: run.hash, files })
      showVerdict(result, output)
      output.print(`Report  ${files.join('  ')}`)
    })
}
