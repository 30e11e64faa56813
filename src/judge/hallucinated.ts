/** Answers that people called hallucinated or not: HaluEval's general set, or rows of one's own. */
import { z } from 'zod'
import { parseJsonl, readRecords, readText } from '../data/read.ts'
import { PlimsollError } from '../errors.ts'

export interface HallucinationLabel {
  readonly id: string
  readonly request: string
  readonly answer: string
  readonly hallucinated: boolean
}

const id = z.union([z.string(), z.number().transform(String)]).optional()
const said = z.union([z.boolean(), z.enum(['yes', 'no']).transform(word => word === 'yes')])
/** Li et al. 2023, arXiv 2305.11747: `general_data.json`, a JSON object a line. */
const HaluEvalRow = z
  .object({ ID: id, user_query: z.string(), chatgpt_response: z.string(), hallucination: said })
  .transform(row => ({
    id: row.ID,
    request: row.user_query,
    answer: row.chatgpt_response,
    hallucinated: row.hallucination,
  }))
const OwnRow = z.object({ id, request: z.string(), answer: z.string(), hallucinated: said })

/**
 * Reads rows with `user_query`, `chatgpt_response` and `hallucination` (HaluEval), or `request`, `answer` and `hallucinated`.
 * Empty answers are left out: there is nothing in them to score.
 * @throws `not-found`, or `data-invalid` with the line of the first row that is neither
 */
export async function readHallucinationLabels(file: string): Promise<HallucinationLabel[]> {
  const rows = (await records(file)).map(({ where, value }, i) => {
    const own = OwnRow.safeParse(value)
    const row = own.success ? own : HaluEvalRow.safeParse(value)
    if (row.success) return { ...row.data, id: row.data.id ?? String(i + 1) }
    throw new PlimsollError('data-invalid', 'A row is no answer that is called hallucinated or not', {
      where,
      found: Object.keys(z.looseObject({}).catch({}).parse(value)).join(', ') || typeof value,
      expected:
        '`request`, `answer` and `hallucinated` (yes or no), or `user_query`, `chatgpt_response` and `hallucination` as in HaluEval',
      fix: 'Rename the columns, or leave out rows without a label.',
    })
  })
  return rows.filter(({ answer }) => answer.trim() !== '')
}

/** HaluEval's file has a row a line, and a name that says otherwise. */
async function records(file: string) {
  if (!file.endsWith('.json')) return readRecords(file)
  const text = await readText(file)
  return /^\s*\{/.test(text) ? parseJsonl(text, file) : readRecords(file)
}
