import { createHash } from 'node:crypto'
import * as z from 'zod'
import { normaliseText } from './text.ts'
import type { Dropped, Kind, RowsOf } from './types.ts'

/** A record as it stood in a file, before its shape is known. */
export interface RawRow {
  /** `file:line`, for errors. */
  readonly where: string
  readonly value: unknown
}

/** What a source gives before rows are parsed, with what it left out itself. */
export interface RawRows {
  readonly rows: readonly RawRow[]
  readonly dropped: readonly Dropped[]
  /** How the rows were read, in sentences. */
  readonly notes?: readonly string[] | undefined
  /** `keep` for rows that are shown as examples, since each subject needs its own, and for those of a module. Default `drop`. */
  readonly repeats?: 'keep' | 'drop' | undefined
}

export const slot = '{prompt}'

const text = z.string().refine(value => value.trim() !== '', 'expected text, got an empty string')
const id = z.union([z.string().min(1), z.number().transform(String)])
/** A table has an empty field where there is nothing. */
const optionalText = z
  .string()
  .nullish()
  .transform(value => value || undefined)
const category = optionalText
/** An answer, or every name it goes by. */
const answerNames = z.union([text.transform(name => [name]), z.array(text).min(1)])
/** CSV has only strings. */
const index = z.union([
  z.int().min(0),
  z
    .string()
    .regex(/^\s*\d+\s*$/, 'expected the number of the right choice, counted from 0')
    .transform(Number),
])

/** What stands behind the last `#### `, where GSM8K has the answer; all of it where there is none. */
function finalAnswer(solution: string): string {
  return (solution.split('#### ').at(-1) ?? '').trim()
}

const solution = z
  .union([z.string(), z.number().transform(String)])
  .refine(
    value => /^[-$]*[\d][\d.,]*$/.test(finalAnswer(value)),
    'expected a number, or a solution that ends in `#### number`',
  )

const shapes = {
  prompts: z.object({ id, prompt: text, category, target: optionalText }),
  choices: z
    .object({ id, question: text, choices: z.array(text).min(2), answer: index, category })
    .refine(row => row.answer < row.choices.length, {
      path: ['answer'],
      error: 'expected the index of one of the choices, counted from 0',
    }),
  problems: z
    .object({ id, question: text, answer: solution, category })
    .transform(({ answer, ...row }) => ({ ...row, solution: answer, answer: finalAnswer(answer) })),
  prose: z.object({ id, text }),
  rewrites: z
    .object({
      id,
      of: z
        .union([z.string(), z.number().transform(String)])
        .nullish()
        .transform(value => value || undefined),
      prompt: optionalText,
      text,
      by: optionalText,
    })
    .refine(row => row.of !== undefined || row.prompt !== undefined, {
      path: ['of'],
      error: 'expected the id of the request, or the request under "prompt"',
    }),
  templates: z.object({
    id,
    template: text.refine(value => value.split(slot).length === 2, `expected exactly one ${slot} slot`),
  }),
  conflicts: z.object({
    id,
    question: text,
    memory: answerNames,
    context: answerNames,
    passage: text,
    golden: optionalText,
    probe: optionalText,
    article: optionalText,
    category,
    said: z.enum(['in words', 'translated', 'otherwise']).default('in words'),
  }),
}

interface Parser<Row> {
  safeParse(value: unknown): z.ZodSafeParseResult<Row>
}
const parsers: { readonly [K in Kind]: Parser<RowsOf<K>> } = shapes

/**
 * What two rows of a set share when one repeats the other. Signs are kept, since `√2 + √3` and `√2 · √3`, or C and C++,
 * ask for different things. Rows that only say nearly the same are for `withoutOverlap`.
 */
export function duplicateKey(row: RowsOf<Kind>): string {
  const content = rowText(row)
  // One question may come with several passages.
  if ('passage' in row) return normaliseText(`${content}\n${row.passage}`)
  if ('by' in row || 'of' in row) return JSON.stringify([row.of, row.prompt, row.by, content])
  return content.normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ').trim()
}

/** What a row says, as the overlap check, the duplicate check and the id read it. */
export function rowText(row: RowsOf<Kind>): string {
  if ('text' in row) return row.text
  if ('prompt' in row) return row.prompt
  if ('choices' in row) return [row.question, ...row.choices].join('\n')
  if ('question' in row) return row.question
  return row.template
}

/**
 * A short id from what a row says, for sets without ids of their own: the same in a filtered copy and in the upstream
 * file, where a row number is not. 40 bits: two of 20,000 rows meet with probability 2e-4.
 */
export function textId(prefix: string, content: string): string {
  return `${prefix}-${createHash('sha256').update(content.trim()).digest('hex').slice(0, 10)}`
}

export type ParsedRow<Row> =
  | { readonly row: Row }
  /** Nothing is wrong with it, but something is missing, as in a table that is not filled in to its end. */
  | { readonly incomplete: string }
  | { readonly broken: string }

/** Reads one record as a row of `kind`. */
export function parseRow<K extends Kind>(kind: K, value: unknown): ParsedRow<RowsOf<K>> {
  const parsed = parsers[kind].safeParse(value)
  if (parsed.success) return { row: parsed.data }
  const missing = missingIn(kind, value)
  if (missing !== undefined) return { incomplete: missing }
  const issue = parsed.error.issues[0]
  const path = issue?.path.join('.') ?? ''
  return { broken: `${path === '' ? 'the row' : path}: ${issue?.message ?? 'invalid'}` }
}

/** The columns that a row of each kind cannot do without. */
export const required: Readonly<Record<Kind, readonly string[]>> = {
  prompts: ['prompt'],
  choices: ['question', 'choices', 'answer'],
  problems: ['question', 'answer'],
  prose: ['text'],
  templates: ['template'],
  conflicts: ['question', 'memory', 'context', 'passage'],
  rewrites: ['text'],
}

/** What a record has no value for, although a row of `kind` needs one. */
function missingIn(kind: Kind, value: unknown): string | undefined {
  const fields = z.record(z.string(), z.unknown()).safeParse(value)
  if (!fields.success) return undefined
  return required[kind].find(name => isBlank(fields.data[name]))
}

function isBlank(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0 || value.some(isBlank)
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '')
}

export const expectedShape: Readonly<Record<Kind, string>> = {
  prompts: '{"prompt": text} with an optional "id", "category" and "target"',
  choices: '{"question": text, "choices": [text, …], "answer": index} with an optional "id" and "category"',
  problems:
    '{"question": text, "answer": a number, or a solution that ends in "#### number"} with an optional "id" and "category"',
  prose: '{"text": text} with an optional "id"',
  rewrites:
    '{"text": the request in other words, "prompt": the request} or its id as "of", with an optional "by" and "id"',
  templates: `{"template": text with one ${slot} slot} with an optional "id"`,
  conflicts:
    '{"question": text, "memory": answer, "context": answer, "passage": text} with an optional "id", "golden", "probe", "article" and "category"; an answer is a text or a list of its names',
}
