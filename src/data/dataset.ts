/** Loads a set by its name, or a file of one's own, as rows of one kind. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import * as z from 'zod'
import { PlimsollError } from '../errors.ts'
import { dataFolder } from '../paths.ts'
import { fromPublished, publishedForms } from './conflicts/index.ts'
import { recognised } from './forms/index.ts'
import { fieldsOf, keepRows } from './keep.ts'
import { checkKind, findUpstream } from './names.ts'
import { packagedSets, readPackaged } from './packaged.ts'
import { readRecords } from './read.ts'
import type { RawRow, RawRows } from './rows.ts'
import type { Kind, Loaded, RowsOf } from './types.ts'

/** Own data: a file, which of its columns are ours (`{ prompt: 'question' }`), and how many rows to take from its start. */
export const fileRefSchema = z.strictObject({
  file: z.string().min(1),
  /** Ours to theirs; `choices` may name a column per choice. */
  columns: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(),
  limit: z.int().positive().optional(),
  /** A published form of questions with two answers, whose columns are known. */
  format: z.enum(publishedForms).optional(),
})
export type FileRef = z.infer<typeof fileRefSchema>

/** A name of `listDatasets()`, or a file of one's own. */
export type DatasetRef = string | FileRef

export interface LoadOptions<K extends Kind> {
  readonly kind: K
  /** Where published sets are. Default: `PLIMSOLL_DATA`, else a folder of the user's cache. */
  readonly dataDir?: string | undefined
}

/**
 * Loads a set as rows of `kind`, in file order, with ids unique within it. Dropped and counted: rows without what they
 * need (an answer, a prompt), repeats word for word, leaky questions with two answers, sexual content about minors,
 * and what the set's own reader leaves out.
 * Errors: `not-found` (unknown name, missing file), `invalid-input` (another kind), `data-invalid`
 * naming file and line of every row that is wrong.
 */
export async function loadDataset<K extends Kind>(
  ref: DatasetRef,
  options: LoadOptions<K>,
): Promise<Loaded<RowsOf<K>>> {
  const name = typeof ref === 'string' ? ref : ref.file
  const raw = typeof ref === 'string' ? await readNamed(ref, options) : await readOwn(ref, options.kind)
  const loaded = keepRows(name, options.kind, raw)
  const limit = typeof ref === 'string' ? undefined : ref.limit
  if (limit === undefined || loaded.rows.length <= limit) return loaded
  return {
    ...loaded,
    rows: loaded.rows.slice(0, limit),
    dropped: [
      ...loaded.dropped,
      { from: name, rows: loaded.rows.length - limit, why: `beyond the stated limit of ${limit} rows` },
    ],
  }
}

/**
 * Rows that were made in this process, kept and left out as those of a file are; but repeats stay, since rows may differ in
 * what their maker keeps beside them.
 * Errors: `data-invalid` naming the place of every row that is wrong.
 */
export function rowsAtHand<K extends Kind>(name: string, kind: K, rows: readonly unknown[]): Loaded<RowsOf<K>> {
  const placed = rows.map((value, i) => ({ value, where: `${name}, row ${i + 1}` }))
  return keepRows(name, kind, { rows: placed, dropped: [], repeats: 'keep' })
}

async function readNamed(name: string, { kind, dataDir }: LoadOptions<Kind>): Promise<RawRows> {
  const packaged = packagedSets().find(set => set.name === name)
  if (packaged !== undefined) {
    checkKind(name, packaged.kind, kind)
    return { rows: await readPackaged(packaged), dropped: [] }
  }
  const upstream = findUpstream(name)
  checkKind(name, upstream.kind, kind)
  const path = join(resolve(dataDir || dataFolder()), upstream.path)
  if (!existsSync(path)) {
    throw new PlimsollError('not-found', `The data set ${name} is not on this machine yet`, {
      where: path,
      fix: `Get it with: plimsoll data add ${name} (${upstream.licence}; from ${upstream.source}). Where it lies already, set PLIMSOLL_DATA to the folder that holds ${upstream.path}.`,
    })
  }
  return upstream.read(path, name)
}

async function readOwn(ref: FileRef, kind: Kind): Promise<RawRows> {
  const rows = await readRecords(ref.file)
  const { columns, format } = ref
  if (format !== undefined) return { rows: rows.map(row => fromPublished(format, row)), dropped: [] }
  if (columns === undefined) return recognised(kind, rows, ref.file)
  checkColumns(rows, Object.values(columns).flat())
  const ours = rows.map(row => renamed(row, columns))
  return kind === 'templates' ? recognised(kind, ours, ref.file) : { rows: ours, dropped: [] }
}

/** A column that no row has is a mistake in its name; where only some rows lack it, these are incomplete. */
function checkColumns(rows: readonly RawRow[], columns: readonly string[]): void {
  const found = new Set(rows.flatMap(({ value }) => Object.keys(fieldsOf(value) ?? {})))
  const missing = columns.find(column => !found.has(column))
  if (missing === undefined || rows[0] === undefined) return
  throw new PlimsollError('data-invalid', 'A column is missing', {
    where: rows[0].where,
    found: `columns ${[...found].join(', ')}`,
    expected: missing,
    fix: 'Correct `columns`, which names ours to theirs: { prompt: question }.',
  })
}

/** A record under our names; those not named in `columns` keep theirs. */
function renamed({ where, value }: RawRow, columns: NonNullable<FileRef['columns']>): RawRow {
  const fields = fieldsOf(value)
  if (fields === undefined) return { where, value }
  const ours = Object.entries(columns).map(([name, theirs]) => [
    name,
    Array.isArray(theirs) ? theirs.map(column => fields[column]) : fields[theirs],
  ])
  return { where, value: { ...fields, ...Object.fromEntries(ours) } }
}
