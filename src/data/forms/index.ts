/** Forms in which sets of harmful requests and attacks are published: own files in one of them are read as they are. */
import * as z from 'zod'
import { type RawRow, type RawRows, required } from '../rows.ts'
import { type CollectedPrompt, toTemplates } from '../templates.ts'
import type { Kind } from '../types.ts'
import { harmBenchBehaviours, testCaseRows } from './harmbench.ts'
import { artefactRows, jailbreakBenchArtefact, jailbreakBenchBehaviours } from './jailbreakbench.ts'
import type { Fields, Form } from './types.ts'

export { parsePythonTexts } from './python.ts'

/** StrongREJECT (Souly et al. 2024, arXiv 2402.10260). */
const strongReject: Form = {
  name: 'StrongREJECT',
  columns: ['category', 'source', 'forbidden_prompt'],
  kinds: { prompts: { row: ({ forbidden_prompt, category }) => ({ prompt: forbidden_prompt, category }) } },
}

/** AdvBench (Zou et al. 2023, arXiv 2307.15043). */
const advBench: Form = {
  name: 'AdvBench',
  columns: ['goal', 'target'],
  kinds: { prompts: { row: ({ goal }) => ({ prompt: goal }) } },
}

const forms: readonly Form[] = [
  jailbreakBenchArtefact,
  jailbreakBenchBehaviours,
  harmBenchBehaviours,
  strongReject,
  advBench,
]

/** The rows of a JSON document that is no array but one of the known forms; null for another. */
export function rowsOfDocument(value: unknown, file: string): RawRow[] | null {
  return artefactRows(value, file) ?? testCaseRows(value, file)
}

/**
 * Rows of an own file as rows of ours, where their columns tell the form; as they are where they do not, or where they have
 * our columns already: a file of attacks may have the columns of its requests beside them.
 */
export function recognised(kind: Kind, rows: readonly RawRow[], name: string): RawRows {
  const columns = new Set(Object.keys(fieldsOf(rows[0]?.value) ?? {}))
  const known = forms.find(one => one.columns.every(column => columns.has(column)))
  const form = known?.kinds[kind]
  const own = required[kind].some(column => columns.has(column) && known?.columns.includes(column) !== true)
  if (known === undefined || form === undefined || own)
    return kind === 'templates' ? collected(rows, name) : { rows: rows.map(asPrompt), dropped: [] }
  const left = new Map<string, number>()
  const kept = rows.flatMap(({ where, value }): RawRow[] => {
    const row = fieldsOf(value)
    if (row === undefined) return [{ where, value }]
    const why = form.leaveOut?.(row) ?? null
    const { id, category } = row
    if (why === null) return [{ where, value: { id, category, ...form.row(row) } }]
    left.set(why, (left.get(why) ?? 0) + 1)
    return []
  })
  return {
    rows: kept,
    dropped: [...left].map(([why, count]) => ({ from: name, rows: count, why })),
    notes: [
      `${name} was read in the form of ${known.name}, by its columns ${known.columns.join(', ')}. Columns that are told (\`columns: { prompt: … }\`) win.`,
    ],
  }
}

/** A list of texts is one of prompts. */
function asPrompt({ where, value }: RawRow): RawRow {
  return { where, value: typeof value === 'string' ? { prompt: value, text: value } : value }
}

/**
 * Templates as they are; collected prompts, which have no column `template`, are made into such: a known slot becomes ours,
 * and a prompt without one is a prefix.
 */
function collected(rows: readonly RawRow[], name: string): RawRows {
  const prompts: CollectedPrompt[] = []
  for (const { where, value } of rows) {
    const row = fieldsOf(value)
    const text = typeof value === 'string' ? value : row !== undefined && !('template' in row) ? row.prompt : undefined
    // A file that has templates in it says so for all its rows.
    if (typeof text !== 'string') return { rows, dropped: [] }
    prompts.push({ where, text })
  }
  const made = toTemplates(prompts, prefixOf(name))
  return {
    rows: made.rows.map(({ where, id, template }) => ({ where, value: { id, template } })),
    dropped: made.dropped.map(entry => ({ ...entry, from: name })),
  }
}

function prefixOf(name: string): string {
  return name.replace(/^.*[\\/]/u, '').replace(/\.\w+$/u, '')
}

function fieldsOf(value: unknown): Fields | undefined {
  return z.record(z.string(), z.unknown()).safeParse(value).data
}
