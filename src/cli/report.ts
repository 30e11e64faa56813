import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { type Command, Option } from '@commander-js/extra-typings'
import { PlimsollError } from '../errors.ts'
import type { RunRow } from '../store/index.ts'
import { openStore } from '../store/index.ts'
import { studyName } from '../study/config.ts'
import { changedRows, finishedPlan } from '../study/finished.ts'
import { answerFormats } from '../study/report/answers.ts'
import { type Export, exportFormats, writeReport } from '../study/report/write.ts'
import { samplesOf } from '../study/samples.ts'
import { readResult } from '../study/stored-result.ts'
import { suggest } from '../suggest.ts'
import { examples, globalsOf, outputOf } from './common.ts'
import type { Output } from './terminal/output.ts'
import { defaultStore, resultsFolder, showFiles, showVerdict } from './terminal/study.ts'

export function reportCommand(program: Command): void {
  program
    .command('report <STUDY>')
    .summary('Write report.html, .md, .json of a finished study')
    .description('Write the report of the latest finished run of a study again, from the store; no model is needed.')
    .option('-o, --output <FOLDER>', 'where it goes (default: plimsoll-results/<study>)')
    .option('--redact', 'leave out harmful requests, their templates and their answers, to publish it')
    .addOption(new Option('--answers <FORMAT>', 'every answer beside it, a row each').choices(answerFormats))
    .addOption(new Option('--export <FORMAT...>', 'report.tex, or logs for `inspect view`').choices(exportFormats))
    .addHelpText('after', examples('plimsoll report demo', 'plimsoll report demo --redact --answers csv -o docs/demo'))
    .action(async (given, options, command) => {
      // As `run` takes it.
      const study = studyName(given)
      const output = outputOf(command)
      const storeFile = globalsOf(command).store ?? defaultStore
      // Reading should not leave an empty store behind.
      if (!existsSync(storeFile)) throw noRun(study, storeFile, 'no store', [])
      await using store = await openStore(storeFile)
      const run = (await store.runs(study)).find(candidate => candidate.finished !== null)
      if (run === undefined) throw notFinished(study, storeFile, await store.runs())
      const result = readResult(run.result)
      const folder = options.output ?? join(resultsFolder, study)
      const { answers: format, redact, export: wanted = [] } = options
      const from = existsSync(given) ? dirname(resolve(given)) : undefined
      const read = await finishedPlan(store, run, from).catch((error: unknown) => {
        // The figures stand in the store; only answers are shown beside the rows that they answer.
        if (format === undefined && !wanted.includes('inspect')) return withoutAnswers(error, output)
        throw error
      })
      const note = read && changedRows(read.changed)
      if (note !== null) output.note(note)
      const samples = () => (read === null ? [] : samplesOf(store, run.hash, read.plan))
      const files = await writeReport(result, samples(), folder, {
        store: storeFile,
        redact,
        answers: format && { format, samples: samples() },
        exports: wanted.map((one): Export => (one === 'latex' ? { format: one } : { format: one, samples })),
      })
      if (output.json) return output.printJson({ study, run: run.hash, files })
      showVerdict(result, output)
      showFiles(files, output)
    })
}

function withoutAnswers(error: unknown, output: Output): null {
  if (!(error instanceof PlimsollError)) throw error
  const { message, found, where } = error
  const told = [message, found, where].filter(part => part !== undefined).join(': ')
  output.note(`The rows of this study cannot be read, so the report shows figures and no answers.\n  ${told}`)
  return null
}

function notFinished(study: string, storeFile: string, runs: readonly RunRow[]): PlimsollError {
  if (runs.some(run => run.study === study)) return noRun(study, storeFile, 'a run that is not finished', [])
  const known = [...new Set(runs.filter(run => run.finished !== null).map(run => run.study))]
  return noRun(study, storeFile, known.length === 0 ? 'none of any study' : `runs of ${known.join(', ')}`, known)
}

function noRun(study: string, storeFile: string, found: string, known: readonly string[]): PlimsollError {
  const near = suggest(study, known)
  return new PlimsollError('not-found', `There is no finished run of ${study} in this store`, {
    found,
    where: storeFile,
    fix: near === undefined ? 'Run it: plimsoll run STUDY (a .yaml file or a built-in name).' : `Did you mean ${near}?`,
  })
}
