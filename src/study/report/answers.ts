/** Every answer of a study as a table: one row per prompt and condition, for spreadsheets and notebooks. */
import { fileWriter, parquetWriteRows } from 'hyparquet-writer'
import { toolVersion } from '../../version.ts'
import type { Sample } from './sample.ts'

export const answerFormats = ['jsonl', 'csv', 'parquet'] as const
export type AnswerFormat = (typeof answerFormats)[number]

const columns = [
  'condition',
  'axis',
  'suite',
  'id',
  'template',
  'category',
  'harmful',
  'change',
  'baseline_class',
  'baseline_rule',
  'steered_class',
  'steered_rule',
  'baseline_truncated',
  'steered_truncated',
  'prompt',
  'baseline_answer',
  'steered_answer',
] as const

const booleans: ReadonlySet<string> = new Set(['harmful', 'baseline_truncated', 'steered_truncated'])

type AnswerRow = Readonly<Record<(typeof columns)[number], string | boolean | null>>

/** @param samples one after the other: nothing but the row at hand is kept in memory */
export async function* answerLines(
  samples: AsyncIterable<Sample> | Iterable<Sample>,
  format: Exclude<AnswerFormat, 'parquet'>,
): AsyncGenerator<string> {
  if (format === 'csv') yield `${columns.join(',')}\n`
  for await (const sample of samples) {
    const row = rowOf(sample)
    yield format === 'jsonl' ? `${JSON.stringify(row)}\n` : `${columns.map(name => field(row[name])).join(',')}\n`
  }
}

/** Rows held in memory at a time. */
const groupRows = 4096

/** Writes the same table as Parquet with Snappy, a group of rows after the other. */
export async function writeAnswersParquet(
  samples: AsyncIterable<Sample> | Iterable<Sample>,
  file: string,
): Promise<void> {
  async function* rows(): AsyncGenerator<AnswerRow> {
    for await (const sample of samples) yield rowOf(sample)
  }
  await parquetWriteRows({
    writer: fileWriter(file),
    rows: rows(),
    columns: columns.map(name => ({ name, type: booleans.has(name) ? 'BOOLEAN' : 'STRING', nullable: true })),
    rowGroupSize: groupRows,
    createdBy: `plimsoll ${toolVersion}`,
  })
}

function rowOf({ baseline, steered, template, ...sample }: Sample): AnswerRow {
  const { condition, axis, suite, id, category, harmful, change, prompt } = sample
  return {
    condition,
    axis,
    suite,
    id,
    template: template?.id ?? null,
    category: category ?? null,
    harmful,
    change,
    baseline_class: baseline.class,
    baseline_rule: baseline.rule,
    steered_class: steered.class,
    steered_rule: steered.rule,
    baseline_truncated: baseline.truncated,
    steered_truncated: steered.truncated,
    prompt,
    baseline_answer: baseline.text,
    steered_answer: steered.text,
  }
}

/**
 * RFC 4180. What a spreadsheet would take for a formula is written as text, since prompts and answers are other people's:
 * https://owasp.org/www-community/attacks/CSV_Injection.
 */
function field(value: string | boolean | null): string {
  if (value === null) return ''
  const text = String(value).toWellFormed().replaceAll('\0', '\ufffd')
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
