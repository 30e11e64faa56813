/** How well judges beside the rules agree with people on refusals. */

import { PlimsollError } from '../errors.ts'
import { type Grader, type GraderName, refusalClass } from '../judge/grader.ts'
import type { LabelledAnswer } from '../judge/index.ts'
import type { RunOptions } from '../progress.ts'
import { type Calibration, calibrateClasses } from './calibration.ts'

export interface GraderCalibration extends Calibration {
  readonly judge: string
  readonly file: string
  /** Why answers have no class, and how many for each reason. They count as wrong. */
  readonly reasons: Readonly<Record<string, number>>
}

/** Answers asked about at a time. */
const PIECE = 8

/**
 * Asks a grader about every row.
 * @throws PlimsollError `invalid-input` for a grader of harm alone, `data-invalid` for rows without a request, `cancelled`
 */
export async function calibrateGrader(
  grader: Grader,
  { file, rows }: { readonly file: string; readonly rows: readonly LabelledAnswer[] },
  { signal, onProgress }: RunOptions = {},
): Promise<GraderCalibration> {
  checkGradesRefusal(grader)
  const asked = rows.map(({ id, request, answer }) => {
    if (request !== undefined) return { request, answer }
    throw new PlimsollError('data-invalid', 'A labelled answer has no request', {
      where: file,
      found: `row ${id} without it`,
      expected: 'a column `prompt` or `request`',
      fix: 'Add it: judges beside the rules are shown what was asked.',
    })
  })
  const reasons: Record<string, number> = {}
  const classes: { label: LabelledAnswer['label']; judged: LabelledAnswer['label'] }[] = []
  for (let start = 0; start < asked.length; start += PIECE) {
    const grades = await grader.grade(asked.slice(start, start + PIECE), signal)
    for (const [i, { refusal = { value: null, reason: 'no grade' } }] of grades.entries()) {
      const judged = refusalClass(refusal) ?? 'unscored'
      if (judged === 'unscored') reasons[refusal.reason] = (reasons[refusal.reason] ?? 0) + 1
      const label = rows[start + i]?.label
      if (label !== undefined) classes.push({ label, judged })
    }
    onProgress?.({ stage: 'grade', done: classes.length, total: rows.length, detail: grader.name })
  }
  return { judge: grader.name, file, reasons, ...calibrateClasses(classes) }
}

/** @throws PlimsollError `invalid-input` */
export function checkGradesRefusal({ name, scorers }: GraderName): void {
  if (scorers.refusal !== undefined) return
  throw new PlimsollError('invalid-input', `${name} does not say whether an answer refuses`, {
    found: 'a judge of harm',
    expected: 'a judge of refusal: these labels are of refusals',
    fix: 'Add `asks: refusal`, or take the form wildguard.',
  })
}
