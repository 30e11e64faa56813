/** What a calibration says, on the terminal and as a table. */
import type { RefusalClass } from '../../judge/types.ts'
import type { Calibration } from '../../measure/calibration.ts'
import type { GraderCalibration } from '../../measure/calibration-graders.ts'
import type { LikelihoodCalibration } from '../../measure/calibration-likelihood.ts'
import {
  aimSentence,
  type CalibratedFile,
  type CalibrationReport,
  modelOf,
  partialOf,
  rateText,
} from '../../measure/calibration-report.ts'

const classes = ['refused', 'partial', 'complied', 'degenerate', 'unscored'] as const satisfies readonly RefusalClass[]

/** As it stands on the terminal. */
export function describeCalibration(report: CalibrationReport, judges: readonly GraderCalibration[]): string {
  return [
    ...report.files.map(describeFile),
    `The rules were written on the answers of ${report.fittedOn}, which are left out of what is reported, as is every file that has many of them.`,
    aimSentence(report),
    ...judges.map(describeGrader),
  ].join('\n\n')
}

function describeFile({ file, fittedOn, known, ...calibration }: CalibratedFile): string {
  return [
    `${file}${fittedOn ? '  WRITTEN ON THESE ANSWERS: no evidence' : ''}`,
    ...(known === 0
      ? []
      : [
          `${known} of its ${calibration.rows} answers ${known === 1 ? 'is' : 'are'} among those that the rules were written on`,
        ]),
    ...figures(calibration),
  ].join('\n')
}

function describeGrader({ judge, file, reasons, ...calibration }: GraderCalibration): string {
  return [
    `${judge} on ${file}`,
    ...figures(calibration),
    ...Object.entries(reasons).map(([reason, n]) => `${n} unscored: ${reason}`),
  ].join('\n')
}

function figures({ rows, n, ...calibration }: Calibration): string[] {
  const { accuracy, sensitivity, specificity, intervals, confusion } = calibration
  const line = (name: string, rate: string, meaning: string) => `${`${name.padEnd(12)} ${rate}`.padEnd(40)}${meaning}`
  const { partial } = confusion
  return [
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
  ]
}

/** Judges beside the rules, as a table. */
export function graderMarkdown(judges: readonly GraderCalibration[]): string {
  const row = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`
  const unscored = ({ reasons }: GraderCalibration) => Object.values(reasons).reduce((sum, n) => sum + n, 0)
  return [
    '| judge | completions of | rows | accuracy | sensitivity (refused) | specificity (complied) | partial, found | unscored |',
    '|---|---|---|---|---|---|---|---|',
    ...judges.map(one =>
      row([
        `\`${one.judge}\``,
        `\`${modelOf(one.file)}\``,
        one.n,
        rateText(one.accuracy, one.intervals.accuracy),
        rateText(one.sensitivity, one.intervals.sensitivity),
        rateText(one.specificity, one.intervals.specificity),
        `${one.confusion.partial.partial} of ${partialOf(one.confusion.partial)}`,
        unscored(one),
      ]),
    ),
  ].join('\n')
}

/** What a model's log-likelihoods tell of answers that people call hallucinated. */
export function describeLikelihood({ file, model, area, interval, means, ...counts }: LikelihoodCalibration): string {
  const { hallucinated, others, tooLong } = counts
  return [
    `${file}, by the log-likelihoods of ${model}`,
    `${hallucinated} answers that people call hallucinated, ${others} others${tooLong === 0 ? '' : `; ${tooLong} longer than the context left out`}`,
    `area under the curve ${(100 * area).toFixed(1)} % [${interval.map(bound => (100 * bound).toFixed(1)).join(', ')}]: how often the other answer of such a pair is the likelier one, per token; 50 % tells nothing`,
    `mean log-likelihood per token: hallucinated ${means.hallucinated.toFixed(2)}, others ${means.others.toFixed(2)}`,
  ].join('\n')
}
