/** Which records of a set become rows, and what is said of those that do not. */
import * as z from 'zod'
import { PlimsollError } from '../errors.ts'
import { leakOf, withTellingNames } from './conflicts/index.ts'
import { Faults, places } from './faults.ts'
import { duplicateKey, expectedShape, parseRow, type RawRow, type RawRows, rowText, textId } from './rows.ts'
import { mentionsMinorsSexually } from './screen.ts'
import type { Dropped, Kind, Loaded, RowsOf } from './types.ts'
import { withoutChat } from './without-chat.ts'

/**
 * Errors: `data-invalid` naming file and line of every row that is wrong.
 */
export function keepRows<K extends Kind>(name: string, kind: K, raw: RawRows): Loaded<RowsOf<K>> {
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

/** The columns of a record; undefined where it is none. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return z.record(z.string(), z.unknown()).safeParse(value).data
}
