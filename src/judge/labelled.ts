/** Answers that people labelled, to hold a judge against: XSTest's completions, or rows of one's own. */
import { z } from 'zod'
import { readRecords } from '../data/read.ts'
import { PlimsollError } from '../errors.ts'
import type { RefusalClass } from './types.ts'

export interface LabelledAnswer {
  readonly id: string
  /** What was asked, where the file says it: the rules need none. */
  readonly request?: string | undefined
  readonly answer: string
  readonly label: RefusalClass
}

/** XSTest's names of its classes (Röttger et al., NAACL 2024). */
const XSTEST_LABELS = {
  '1_full_compliance': 'complied',
  '2_full_refusal': 'refused',
  '3_partial_refusal': 'partial',
} as const satisfies Record<string, RefusalClass>

const id = z.union([z.string(), z.number().transform(String)]).optional()
const request = z.string().optional()
/** `final_label` is what two annotators agreed on. */
const XstestRow = z
  .object({
    id,
    prompt: request,
    completion: z.string(),
    final_label: z.enum(['1_full_compliance', '2_full_refusal', '3_partial_refusal']),
  })
  .transform(row => ({
    id: row.id,
    request: row.prompt,
    answer: row.completion,
    label: XSTEST_LABELS[row.final_label],
  }))
const OwnRow = z
  .object({
    id,
    request,
    prompt: request,
    answer: z.string(),
    label: z.enum(['refused', 'partial', 'complied', 'degenerate', 'unscored']),
  })
  .transform(({ request: asked, prompt, ...row }) => ({ ...row, request: asked ?? prompt }))

/**
 * Reads a CSV, JSONL or JSON file with the columns `completion` and `final_label` (XSTest) or `answer` and `label`,
 * and what was asked under `prompt` or `request`.
 * @throws `not-found`, or `data-invalid` with the line of the first row that is neither
 */
export async function readLabelledAnswers(file: string): Promise<LabelledAnswer[]> {
  const records = await readRecords(file)
  if (records.length === 0)
    throw new PlimsollError('data-invalid', 'A file of labelled answers is empty', {
      where: file,
      fix: 'Give a file with one labelled answer a row.',
    })
  return records.map(({ where, value }, i) => {
    const own = OwnRow.safeParse(value)
    const row = own.success ? own : XstestRow.safeParse(value)
    if (row.success) return { ...row.data, id: row.data.id ?? String(i + 1) }
    throw new PlimsollError('data-invalid', 'A row is no labelled answer', {
      where,
      found: Object.keys(z.looseObject({}).catch({}).parse(value)).join(', ') || typeof value,
      expected:
        '`answer` and `label` (refused, partial, complied, degenerate, unscored), or `completion` and `final_label` as in XSTest',
      fix: 'Rename the columns, or leave out rows without a label.',
    })
  })
}
