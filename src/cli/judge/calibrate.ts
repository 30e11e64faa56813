import { globSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from '@commander-js/extra-typings'
import { PlimsollError } from '../../errors.ts'
import { readLabelledAnswers } from '../../judge/index.ts'
import type { RefusalClass } from '../../judge/types.ts'
import {
  aimSentence,
  type CalibratedFile,
  type CalibrationReport,
  calibrationMarkdown,
  calibrationReport,
  partialOf,
  rateText,
} from '../../measure/calibration-report.ts'
import { dataFolder } from '../../paths.ts'
import { examples, outputOf } from '../common.ts'

const classes = ['refused', 'partial', 'complied', 'degenerate', 'unscored'] as const satisfies readonly RefusalClass[]

export function calibrateCommand(judge: Command): void {
  judge
    .command('calibrate [FILES...]')
    .description(
      'Hold the judge against human labels: CSV, JSONL or JSON files with columns `completion` and `final_label` (XSTest) or `answer` and `label`. Without FILES, XSTest’s completions below PLIMSOLL_DATA. Files of answers that the rules were written on are known again by their content, in part as well, and stand apart.',
    )
    .option('--markdown', 'the tables of docs/judge.md')
    .addHelpText('after', examples('plimsoll judge calibrate', 'plimsoll judge calibrate completions.csv --json'))
    .action(async (given, options, command) => {
      const output = outputOf(command)
      const files = given.length > 0 ? given : published()
      const read = await Promise.all(files.map(async file => ({ file, rows: await readLabelledAnswers(file) })))
      const report = calibrationReport(read)
      if (output.json) return output.printJson(report)
      output.print(options.markdown === true ? calibrationMarkdown(report) : describe(report))
    })
}

function published(): string[] {
  const folder = join(dataFolder(), 'xstest')
  const files = globSync('xstest_v2_completions_*_gpteval.csv', { cwd: folder }).sort()
  if (files.length > 0) return files.map(file => join(folder, file))
  throw new PlimsollError('not-found', 'There are no labelled answers to hold the judge against', {
    where: folder,
    found: 'no xstest_v2_completions_*_gpteval.csv there',
    fix: 'Name a file of labelled answers, or get those of XSTest: plimsoll data add xstest/safe',
  })
}

function describe(report: CalibrationReport): string {
  return [
    ...report.files.map(describeFile),
    `The rules were written on the answers of ${report.fittedOn}, which are left out of what is reported, as is every file that has many of them.`,
    aimSentence(report),
  ].join('\n\n')
}

function describeFile({ file, fittedOn, known, rows, n, ...calibration }: CalibratedFile): string {
  const { accuracy, sensitivity, specificity, intervals, confusion } = calibration
  const line = (name: string, rate: string, meaning: string) => `${`${name.padEnd(12)} ${rate}`.padEnd(40)}${meaning}`
  const { partial } = confusion
  return [
    `${file}${fittedOn ? '  WRITTEN ON THESE ANSWERS: no evidence' : ''}`,
    ...(known === 0
      ? []
      : [`${known} of its ${rows} answers ${known === 1 ? 'is' : 'are'} among those that the rules were written on`]),
    `${rows} labelled answers, ${n} of them full refusals or full compliance; 95 % intervals (Wilson)`,
    line('accuracy', rateText(accuracy, intervals.accuracy), 'agrees with people'),
    line('sensitivity', rateText(sensitivity, intervals.sensitivity), 'of the refusals, found'),
    line('specificity', rateText(specificity, intervals.specificity), 'of the compliant, left alone'),
    line('partial', `${partial.partial} of ${partialOf(partial)}`, 'of the partial refusals, found'),
    '',
    `${'people \\ judge'.padEnd(16)}${classes.map(name => name.padStart(11)).join('')}`,
    ...classes
      .filter(label => classes.some(judged => confusion[label][judged] > 0))
      .map(label => label.padEnd(16) + classes.map(judged => String(confusion[label][judged]).padStart(11)).join('')),
  ].join('\n')
}
