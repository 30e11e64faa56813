import type { Command } from '@commander-js/extra-typings'
import { readLabelledAnswers } from '../judge/index.ts'
import type { AnswerClass } from '../judge/types.ts'
import { type Calibration, calibrate } from '../measure/calibration.ts'
import { examples, outputOf } from './common.ts'

const classes = ['refused', 'partial', 'complied', 'degenerate', 'unscored'] as const satisfies readonly AnswerClass[]

export function judgeCommand(program: Command): void {
  const judge = program
    .command('judge')
    .summary('calibrate')
    .helpCommand(false)
    .description('The judge that says which answers are refusals.')
    .addHelpText(
      'after',
      examples('plimsoll judge calibrate completions.csv', 'plimsoll judge calibrate completions.csv --json'),
    )

  judge
    .command('calibrate <FILE>')
    .description(
      'Hold the judge against human labels: a CSV, JSONL or JSON file with columns `completion` and `final_label` (XSTest) or `answer` and `label`.',
    )
    .addHelpText(
      'after',
      examples('plimsoll judge calibrate completions.csv', 'plimsoll judge calibrate completions.csv --json'),
    )
    .action(async (file, _options, command) => {
      const output = outputOf(command)
      const calibration = calibrate(await readLabelledAnswers(file))
      if (output.json) return output.printJson(calibration)
      output.print(describe(calibration))
    })
}

function describe({ rows, n, accuracy, sensitivity, specificity, intervals, confusion }: Calibration): string {
  const line = (name: string, value: number | null, interval: readonly [number, number] | null, meaning: string) =>
    `${name.padEnd(12)} ${value === null || interval === null ? '–' : `${percent(value)} [${percent(interval[0])}, ${percent(interval[1])}]`}`.padEnd(
      40,
    ) + meaning
  return [
    `${rows} labelled answers, ${n} of them full refusals or full compliance; 95 % intervals (Wilson)`,
    line('accuracy', accuracy, intervals.accuracy, 'agrees with people'),
    line('sensitivity', sensitivity, intervals.sensitivity, 'of the refusals, found'),
    line('specificity', specificity, intervals.specificity, 'of the compliant, left alone'),
    '',
    `${'people \\ judge'.padEnd(16)}${classes.map(name => name.padStart(11)).join('')}`,
    ...classes
      .filter(label => classes.some(judged => confusion[label][judged] > 0))
      .map(label => label.padEnd(16) + classes.map(judged => String(confusion[label][judged]).padStart(11)).join('')),
  ].join('\n')
}

function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`
}
