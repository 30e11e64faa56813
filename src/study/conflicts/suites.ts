/** From a conflict suite of a study to what is asked. */
import type { ConflictRow } from '../../data/index.ts'
import { PlimsollError } from '../../errors.ts'
import {
  type By,
  conflictSuite,
  distractorsFor,
  type Given,
  IRRELEVANT,
  type Suite,
} from '../../measure/suites/index.ts'
import type { AxisName } from '../../measure/types.ts'
import { type Loader, nameOf } from '../rows.ts'
import type { ConflictEntry, Study } from '../schema.ts'
import { drawConflicts } from './rows.ts'

const usual: Readonly<Partial<Record<AxisName, Given>>> = {
  efficacy: 'contradiction',
  control: 'nothing',
  robustness: 'distractors',
}
/** On which axis what stands before a question says something. */
const axisOf: Readonly<Record<Given, AxisName>> = {
  contradiction: 'efficacy',
  'contradiction-among-distractors': 'efficacy',
  nothing: 'control',
  golden: 'control',
  distractors: 'robustness',
}
const words: Readonly<Record<Given, string>> = {
  contradiction: 'contradicted',
  'contradiction-among-distractors': 'contradicted among others',
  nothing: 'closed-book',
  golden: 'golden',
  distractors: 'distracted',
}
/** Passages that distractors are chosen from: enough that each question meets something like it. */
const DISTRACTORS_FROM = 600

export async function loadConflicts(
  entry: ConflictEntry,
  axis: AxisName,
  { seed, limit }: Pick<Study, 'seed' | 'limit'>,
  loader: Loader,
): Promise<Suite[]> {
  const given = givenBy(entry, axis)
  const { name: set, rows: all } = {
    name: nameOf(entry.conflict),
    rows: await drawConflicts(loader, entry.conflict, seed),
  }
  const rows = all.slice(0, entry.candidates ?? all.length)
  const name = entry.name ?? `${set} ${words[given]}`
  const most =
    entry.limit === undefined || limit === null ? (entry.limit ?? limit ?? undefined) : Math.min(entry.limit, limit)
  const extra = given === 'golden' || given === 'contradiction-among-distractors'
  const found = given.includes('distractors') ? distractorsFor(rows, among(all), IRRELEVANT, seed) : []
  const made = (by: By, beside: string, isExtra: boolean) =>
    conflictSuite({ set, name: `${name}${beside}`, axis, given, by, most, extra: isExtra }, rows, found)
  if (entry.by !== 'both') return [made(entry.by, '', extra)]
  return [made('answer', '', extra), made('likelihood', ' by likelihood', true)]
}

/** From the end: passages of questions that are likely not asked. */
function among(rows: readonly ConflictRow[]): readonly ConflictRow[] {
  return rows.slice(-DISTRACTORS_FROM)
}

function givenBy({ given, conflict }: ConflictEntry, axis: AxisName): Given {
  const found = given ?? usual[axis]
  if (found !== undefined && axisOf[found] === axis) return found
  const fits = (Object.keys(axisOf) as Given[]).filter(one => axisOf[one] === axis)
  throw new PlimsollError('invalid-input', `${nameOf(conflict)} cannot be asked so on the axis ${axis}`, {
    found: `given: ${found ?? 'nothing that this axis asks for'}`,
    expected: fits.length === 0 ? 'the axis efficacy, control or robustness' : `given: ${fits.join(', ')}`,
    fix: 'Move the suite to another axis, or give it something else.',
  })
}
