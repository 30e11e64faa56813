import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { CsvError, parse } from 'csv-parse/sync'
import * as z from 'zod'
import { PlimsollError } from '../errors.ts'
import { decodeText } from './encoding.ts'
import { Faults } from './faults.ts'
import { parsePythonTexts, rowsOfDocument } from './forms/index.ts'
import { parseParquet } from './parquet.ts'
import type { RawRow } from './rows.ts'

const parquet = '.parquet'

/** Reads a file of records by its extension: `.jsonl`, `.ndjson`, `.csv`, `.tsv`, `.json` (an array), `.parquet`, `.txt` (a record a line), `.py` (its first list of texts). */
export async function readRecords(file: string): Promise<RawRow[]> {
  const kind = extname(file).toLowerCase()
  if (kind === parquet) return parseParquet(await readBytes(file, 'Check the path.'), file)
  const read = readers[kind]
  if (read === undefined) {
    throw new PlimsollError('data-invalid', 'This kind of data file cannot be read', {
      where: file,
      found: extname(file) === '' ? 'a file without extension' : extname(file),
      expected: [...Object.keys(readers), parquet].join(', '),
      fix: 'Save the rows as JSONL, one object a line.',
    })
  }
  return read(await readText(file), file)
}

/** Whether a name ends as those of files that can be read. */
export function isDataFile(name: string): boolean {
  const kind = extname(name).toLowerCase()
  return kind === parquet || Object.hasOwn(readers, kind)
}

/** A file's text, without a byte-order mark. `not-found` when it is not there, with `fix` as what to do. */
export async function readText(file: string, fix = 'Check the path.'): Promise<string> {
  return decodeText(await readBytes(file, fix), file)
}

async function readBytes(file: string, fix: string): Promise<Uint8Array> {
  try {
    return await readFile(file)
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
    throw new PlimsollError(missing ? 'not-found' : 'data-invalid', 'A data file could not be read', {
      where: file,
      found: missing ? 'no such file' : String(cause),
      fix,
      cause,
    })
  }
}

/** One JSON object a line; empty lines are skipped. `data-invalid` with every line that is none. */
export function parseJsonl(text: string, file: string): RawRow[] {
  const faults = new Faults()
  const rows = text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return []
    const where = `${file}:${index + 1}`
    try {
      return [{ where, value: JSON.parse(line) as unknown }]
    } catch (cause) {
      faults.add(where, messageOf(cause))
      return []
    }
  })
  faults.throwIfAny(unreadableJson.message, { fix: unreadableJson.fix })
  return rows
}

/** Records of a CSV file with a header line; quoted fields may run over lines. `where` is the line on which a record begins. */
export function parseCsv(text: string, file: string, delimiter = ','): RawRow[] {
  const options = { columns: true, info: true, skip_empty_lines: true, delimiter } as const
  try {
    const records = csvRecords.parse(parse(text, options))
    return records.map(({ record, info }) => ({ where: `${file}:${info.lines - countBreaks(record)}`, value: record }))
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause
    const line = z.object({ lines: z.number() }).safeParse(cause)
    throw new PlimsollError('data-invalid', 'A CSV file cannot be read', {
      where: line.success ? `${file}:${line.data.lines}` : file,
      found: cause.message,
      fix: 'Check the quotes and the number of fields on this line.',
      cause,
    })
  }
}

const csvRecords = z.array(
  z.object({ record: z.record(z.string(), z.string()), info: z.object({ lines: z.number() }) }),
)

/** Line breaks inside a record's fields: how far its last line is from its first. */
function countBreaks(record: Readonly<Record<string, string>>): number {
  return Object.values(record).reduce((sum, field) => sum + (field.match(/\r\n|\n|\r/g)?.length ?? 0), 0)
}

/** A JSON array, or a document of a known form; `where` counts its entries from 1, since lines say nothing there. */
export function parseJsonArray(text: string, file: string): RawRow[] {
  const value = parseJson(text, file)
  const parsed = z.array(z.unknown()).safeParse(value)
  const document = parsed.success ? null : rowsOfDocument(value, file)
  if (document !== null) return document
  if (!parsed.success) {
    throw new PlimsollError('data-invalid', 'A JSON file of rows is no array', {
      where: file,
      expected: '[ {…}, {…} ]',
      fix: 'Save the rows as a JSON array, or as JSONL, one object a line.',
    })
  }
  return parsed.data.map((value, index) => ({ where: `${file}, entry ${index + 1}`, value }))
}

/** A record a line, as `{ text }`. */
export function parseLines(text: string, file: string): RawRow[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    const trimmed = line.trim()
    return trimmed === '' ? [] : [{ where: `${file}:${index + 1}`, value: { prompt: trimmed, text: trimmed } }]
  })
}

export function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const { message, fix } = unreadableJson
    throw new PlimsollError('data-invalid', message, { where, found: messageOf(cause), fix, cause })
  }
}

const unreadableJson = {
  message: 'JSON cannot be read',
  fix: 'Each line has to be one whole JSON object; strings need escaped quotes and line breaks.',
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

const readers: Readonly<Record<string, (text: string, file: string) => RawRow[]>> = {
  '.jsonl': parseJsonl,
  '.ndjson': parseJsonl,
  '.csv': parseCsv,
  '.tsv': (text, file) => parseCsv(text, file, '\t'),
  '.json': parseJsonArray,
  '.txt': parseLines,
  '.py': parsePythonTexts,
}
