import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import * as z from 'zod'
import { PlimsollError } from '../errors.ts'
import { dataFolder } from '../paths.ts'
import { suggest } from '../suggest.ts'
import { fromPublished, leakOf, publishedForms, withTellingNames } from './conflicts/index.ts'
import { Faults, places } from './faults.ts'
import { recognised } from './forms/index.ts'
import { countPackaged, packagedSets, readPackaged } from './packaged.ts'
import { readRecords } from './read.ts'
import { duplicateKey, expectedShape, parseRow, type RawRow, type RawRows, rowText, textId } from './rows.ts'
import { mentionsMinorsSexually } from './screen.ts'
import type { Dropped, Kind, Loaded, RowsOf } from './types.ts'
import { isAvailable, type UpstreamSet, upstreamSets } from './upstream.ts'
import { withoutChat } from './without-chat.ts'

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

/** A set by name, and whether it can be read here. */
export interface DatasetInfo {
  readonly name: string
  readonly kind: Kind
  readonly licence: string
  readonly rows: number
  /** A web address, or `packaged`. */
  readonly source: string
  /** Whether it can be loaded now. */
  readonly available: boolean
}

/** Every set that has a name: those of the package first. `dataDir` as in `loadDataset`. */
export function listDatasets(options: { readonly dataDir?: string | undefined } = {}): DatasetInfo[] {
  const dataDir = options.dataDir || dataFolder()
  const packaged = packagedSets().map(set => ({
    name: set.name,
    kind: set.kind,
    licence: 'Apache-2.0',
    rows: countPackaged(set),
    source: 'packaged',
    available: true,
  }))
  const upstream = upstreamSets.map(set => ({
    name: set.name,
    kind: set.kind,
    licence: set.licence,
    rows: set.rows,
    source: set.source,
    available: isAvailable(set, dataDir),
  }))
  return [...packaged, ...upstream]
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

function keepRows<K extends Kind>(name: string, kind: K, raw: RawRows): Loaded<RowsOf<K>> {
  const rows: RowsOf<K>[] = []
  const texts = new Set<string>()
  const ids = new Map<string, string>()
  const incomplete = new Map<string, string[]>()
  const leaky = new Map<string, number>()
  const chats = new Map<string, number>()
  const broken = new Faults()
  const twice = new Faults()
  let repeated = 0
  let minors = 0
  for (const record of raw.rows) {
    const parsed = parseRow(kind, withId(name, record, kind).value)
    if ('broken' in parsed) broken.add(record.where, parsed.broken)
    else if ('incomplete' in parsed) {
      incomplete.set(parsed.incomplete, [...(incomplete.get(parsed.incomplete) ?? []), record.where])
    } else {
      const { row } = parsed
      const text = 'passage' in row ? `${row.question}\n${row.passage}` : rowText(row)
      const leak = 'passage' in row ? leakOf(row) : undefined
      const key = duplicateKey(row)
      const earlier = ids.get(row.id)
      if (mentionsMinorsSexually(text)) minors += 1
      else if (texts.has(key) && raw.repeats !== 'keep') repeated += 1
      else if (leak !== undefined) leaky.set(leak, (leaky.get(leak) ?? 0) + 1)
      else if (earlier !== undefined) twice.add(record.where, `"${row.id}", also at ${earlier}`)
      else {
        ids.set(row.id, record.where)
        texts.add(key)
        const bare = withoutChat(kind, withTellingNames(row))
        if (bare.format !== null) chats.set(bare.format, (chats.get(bare.format) ?? 0) + 1)
        rows.push(bare.row)
      }
    }
  }
  broken.throwIfAny('A row of data has another shape than expected', shapeOf(kind))
  twice.throwIfAny('Two rows of a data set have the same id', {
    fix: 'Give each row an id of its own, or leave the ids out.',
  })
  if (rows.length === 0 && repeated + minors + leaky.size === 0) throw noCompleteRow(name, kind, raw)
  const counted: Dropped[] = [
    ...[...incomplete].map(([field, at]) => ({ from: name, rows: at.length, why: `no ${field}: ${places(at)}` })),
    ...[...leaky].map(([why, count]) => ({ from: name, rows: count, why: `leaky: ${why}` })),
    { from: name, rows: minors, why: 'may be about sexual content with minors' },
    { from: name, rows: repeated, why: 'repeats another row of the set' },
  ]
  const taken = [...chats].map(
    ([format, count]) =>
      `${count} ${count === 1 ? 'row' : 'rows'} of ${name} stood in a chat template (${format}). It was taken off, since each model has its own put around what is asked.`,
  )
  return {
    rows,
    dropped: [...raw.dropped, ...counted].filter(entry => entry.rows > 0),
    notes: [...(raw.notes ?? []), ...taken],
  }
}

/** Rows of which none has what it needs: most likely the columns have other names. */
function noCompleteRow(name: string, kind: Kind, { rows: [first] }: RawRows): PlimsollError {
  if (first === undefined)
    return new PlimsollError('data-invalid', 'A data set has no rows', {
      where: name,
      fix: 'Check whether the file is complete.',
    })
  const names = Object.keys(z.looseObject({}).catch({}).parse(first.value))
  return new PlimsollError('data-invalid', 'No row of a data set has what it needs', {
    where: first.where,
    found: names.length === 0 ? 'a row without columns' : `columns ${names.join(', ')}`,
    ...shapeOf(kind),
  })
}

function shapeOf(kind: Kind): { expected: string; fix: string } {
  return {
    expected: expectedShape[kind],
    fix: 'Correct the rows, or name their columns: `columns: { ours: theirs }` in a study, `--column OURS=THEIRS` in a command.',
  }
}

/** A record with an id: its own, else one made from its text. */
function withId(name: string, { where, value }: RawRow, kind: Kind): RawRow {
  const fields = fieldsOf(value)
  if (fields === undefined) return { where, value }
  const { id } = fields
  if (id !== undefined && id !== null && id !== '') return { where, value }
  const { prompt, question, choices, passage, text, template } = fields
  const said = [prompt, question, text, template].find(part => typeof part === 'string') ?? ''
  // Many rewritings have one request.
  if (kind === 'rewrites')
    return {
      where,
      value: { ...fields, id: textId(prefixOf(name), JSON.stringify([fields.of, prompt, fields.by, text])) },
    }
  const more = Array.isArray(choices) ? choices : typeof passage === 'string' ? [passage] : []
  const content = [said, ...more].join('\n')
  return { where, value: { ...fields, id: textId(prefixOf(name), content) } }
}

function prefixOf(name: string): string {
  return name
    .replace(/^.*[\\/](?=[^\\/]+\.\w+$)/, '')
    .replace(/\.\w+$/, '')
    .replaceAll('/', '-')
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

/**
 * The published set of this name.
 * @throws PlimsollError `not-found` with the name that is nearest
 */
export function findUpstream(name: string): UpstreamSet {
  const upstream = upstreamSets.find(set => set.name === name)
  if (upstream === undefined) throw unknownName(name)
  return upstream
}

/** What rows a set that has a name holds; undefined where there is none of this name. */
export function kindOfName(name: string): Kind | undefined {
  return [...packagedSets(), ...upstreamSets].find(set => set.name === name)?.kind
}

function checkKind(name: string, found: Kind, expected: Kind): void {
  if (found === expected) return
  throw new PlimsollError('invalid-input', `The data set ${name} has rows of another kind`, {
    found,
    expected,
    fix: `Choose a set of ${expected}: ${listDatasets()
      .filter(set => set.kind === expected)
      .map(set => set.name)
      .join(', ')}.`,
  })
}

function unknownName(name: string): PlimsollError {
  const names = listDatasets().map(set => set.name)
  const near = suggest(name, names)
  return new PlimsollError('not-found', 'There is no data set of this name', {
    found: name,
    expected: `one of ${names.join(', ')}`,
    fix:
      near === undefined
        ? 'See them with: plimsoll data list. Own data is a file: in a study { file: path }.'
        : `Did you mean ${near}?`,
  })
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

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return z.record(z.string(), z.unknown()).safeParse(value).data
}
