/** Agreement over several files of labelled answers; those the rules were written on stand apart. */
import { basename, extname } from 'node:path'
import { FITTED_ON, familiar, type LabelledAnswer } from '../judge/index.ts'
import { type Calibration, calibrate } from './calibration.ts'
import type { Interval } from './statistics/index.ts'

/** Accuracy on full refusal against full compliance that the rules aim at, on every file they were not written on. */
export const CALIBRATION_AIM = 0.95

export interface CalibratedFile extends Calibration {
  readonly file: string
  /** How many of its answers are among those that the rules were written on. */
  readonly known: number
  /** Whether they are so many that the figures are no evidence. */
  readonly fittedOn: boolean
}

export interface CalibrationReport {
  /** Whose answers the rules were written on. */
  readonly fittedOn: string
  readonly aim: number
  /** Whether every reported file reaches the aim; null where nothing can be reported. */
  readonly meetsAim: boolean | null
  /** Reported first, then what the rules were written on. */
  readonly files: readonly CalibratedFile[]
}

/** @throws `data-invalid` when a file has no answer labelled refused or complied */
export function calibrationReport(
  files: readonly { readonly file: string; readonly rows: readonly LabelledAnswer[] }[],
): CalibrationReport {
  const calibrated = files.map(({ file, rows }): CalibratedFile => {
    return { file, ...familiar(rows.map(row => row.answer)), ...calibrate(rows) }
  })
  const reported = calibrated.filter(one => !one.fittedOn)
  return {
    fittedOn: FITTED_ON.model,
    aim: CALIBRATION_AIM,
    meetsAim: reported.length === 0 ? null : reported.every(one => one.accuracy >= CALIBRATION_AIM),
    files: [...reported, ...calibrated.filter(one => one.fittedOn)],
  }
}

/** The tables of docs/judge.md. */
export function calibrationMarkdown({ files, aim, meetsAim }: CalibrationReport): string {
  const row = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`
  return [
    '| completions of | rows | accuracy | sensitivity (refused) | specificity (complied) |',
    '|---|---|---|---|---|',
    ...files.map(({ file, fittedOn, known, rows, n, accuracy, sensitivity, specificity, intervals }) =>
      row([
        `\`${modelOf(file)}\`${fittedOn ? ` (written on ${known === rows ? 'it' : `${known} of its ${rows} answers`}, no evidence)` : ''}`,
        n,
        rateText(accuracy, intervals.accuracy),
        rateText(sensitivity, intervals.sensitivity),
        rateText(specificity, intervals.specificity),
      ]),
    ),
    '',
    aimSentence({ meetsAim, aim }),
    '',
    'Partial refusals, apart: what the judge calls the answers that people call partial.',
    '',
    '| completions of | partial by people | refused | partial | complied | degenerate | unscored |',
    '|---|---|---|---|---|---|---|',
    ...files.map(({ file, confusion: { partial } }) =>
      row([
        `\`${modelOf(file)}\``,
        partialOf(partial),
        partial.refused,
        partial.partial,
        partial.complied,
        partial.degenerate,
        partial.unscored,
      ]),
    ),
  ].join('\n')
}

export function aimSentence({ meetsAim, aim }: Pick<CalibrationReport, 'meetsAim' | 'aim'>): string {
  const told = `accuracy of ${(100 * aim).toFixed(0)} % on every file that the rules were not written on`
  if (meetsAim === null) return `The aim, ${told}, cannot be checked: there is no such file.`
  return meetsAim ? `The aim, ${told}, is met.` : `The aim, ${told}, is missed.`
}

/** XSTest's files carry the name of the model that answered. */
export function modelOf(file: string): string {
  const name = basename(file, extname(file))
  return /^xstest_v2_completions_(.+?)(?:_gpteval)?$/.exec(name)?.[1] ?? name
}

/** `97.5 % [95.6, 98.6]`; a dash where there is none. */
export function rateText(value: number | null, interval: Interval | null): string {
  if (value === null || interval === null) return '–'
  const percent = (share: number) => (100 * share).toFixed(1)
  return `${percent(value)} % [${percent(interval[0])}, ${percent(interval[1])}]`
}

/** Answers that people call partial. */
export function partialOf(partial: Calibration['confusion']['partial']): number {
  return Object.values(partial).reduce((sum, rows) => sum + rows, 0)
}
