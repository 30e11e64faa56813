/** Suites of general ability with worked examples: where the examples come from, and what is left to measure. */
import { type ChoiceRow, exampleSets, type ProblemRow } from '../data/index.ts'
import { PlimsollError } from '../errors.ts'
import {
  type ChoiceFormat,
  choiceSuite,
  continuedChoiceSuite,
  type Examples,
  problemsSuite,
  type Suite,
} from '../measure/suites/index.ts'
import type { AxisName } from '../measure/types.ts'
import { type Loader, nameOf } from './rows.ts'
import type { ChoiceEntry, ProblemsEntry, Ref } from './schema.ts'

/** How many examples a published set has where only its name is given: those of lm-evaluation-harness. */
export const usualShots: Readonly<Record<string, number>> = { mmlu: 5, hellaswag: 0, 'arc-challenge': 0, gsm8k: 5 }

/** What a set is asked in, where the study does not say it. */
const formats: Readonly<Record<string, ChoiceFormat>> = { mmlu: 'letters', hellaswag: 'completion' }

const solutionTokens = 256

export async function loadChoice(
  entry: ChoiceEntry,
  axis: AxisName,
  most: number | undefined,
  seed: number,
  loader: Loader,
): Promise<Suite> {
  const name = entry.name ?? nameOf(entry.choice)
  const { shots } = entry
  checkExamples(entry, entry.choice)
  if (shots === undefined) {
    const rows = await loader.drawPlain(entry.choice, 'choices', most, seed)
    return choiceSuite(name, axis, rows, chatFormat(entry))
  }
  const all = await loader.load(entry.choice, 'choices')
  const { rows, examples } = await withExamples(
    { ref: entry.choice, rows: all, shots, from: entry.examples },
    loader,
    ref => loader.load(ref, 'choices'),
  )
  const drawn = loader.drawBeside(entry.choice, rows, most, seed)
  return continuedChoiceSuite(name, axis, drawn, { format: formatOf(entry), examples })
}

export async function loadProblems(
  entry: ProblemsEntry,
  axis: AxisName,
  most: number | undefined,
  seed: number,
  loader: Loader,
): Promise<Suite> {
  const name = entry.name ?? nameOf(entry.problems)
  const { shots, maxTokens = solutionTokens } = entry
  checkExamples(entry, entry.problems)
  const all = await loader.load(entry.problems, 'problems')
  if (shots === undefined) {
    const drawn = loader.drawBeside(entry.problems, all, most, seed)
    return problemsSuite(name, axis, drawn, { examples: null, maxTokens })
  }
  const { rows, examples } = await withExamples(
    { ref: entry.problems, rows: all, shots, from: entry.examples },
    loader,
    ref => loader.load(ref, 'problems'),
  )
  const drawn = loader.drawBeside(entry.problems, rows, most, seed)
  return problemsSuite(name, axis, drawn, { examples, maxTokens })
}

export function formatOf({ choice, format }: Pick<ChoiceEntry, 'choice' | 'format'>): ChoiceFormat {
  return format ?? formats[nameOf(choice)] ?? 'text'
}

/** As it is asked in a chat, where there is nothing to complete. */
export function chatFormat(entry: Pick<ChoiceEntry, 'choice' | 'format'>): Exclude<ChoiceFormat, 'completion'> {
  const format = formatOf(entry)
  if (format !== 'completion') return format
  if (entry.format === undefined) return 'text'
  throw new PlimsollError('invalid-input', 'A completion cannot be asked in a chat', {
    found: `format: completion without shots, of ${nameOf(entry.choice)}`,
    expected: 'shots: 0 beside it, or another format',
    fix: 'Add `shots: 0`: the model then goes on with the text.',
  })
}

/** Examples are shown where it is said how many: a set of them alone would be read by nobody. */
function checkExamples({ examples, shots }: Pick<ChoiceEntry, 'examples' | 'shots'>, set: Ref): void {
  if (examples === undefined || shots !== undefined) return
  throw new PlimsollError('invalid-input', 'Examples are named, but not how many of them stand before a question', {
    found: `examples: ${nameOf(examples)} without shots, of ${nameOf(set)}`,
    expected: '`shots` beside it',
    fix: 'Add `shots: 5`, or leave `examples` out.',
  })
}

interface Wanted<Row> {
  readonly ref: Ref
  readonly rows: readonly Row[]
  readonly shots: number
  readonly from: Ref | undefined
}

/**
 * The first `shots` rows of the same category, of the first of all where there are no categories: of a set of their own,
 * or held back from the measured rows, which is told.
 */
async function withExamples<Row extends ChoiceRow | ProblemRow>(
  { ref, rows, shots, from }: Wanted<Row>,
  loader: Loader,
  load: (ref: Ref) => Promise<readonly Row[]>,
): Promise<{ rows: readonly Row[]; examples: Examples<Row> }> {
  if (shots === 0) return { rows, examples: () => [] }
  const own = from ?? exampleSets[nameOf(ref)]
  const pool = own === undefined ? rows : await load(own)
  const byCategory = Map.groupBy(pool, row => row.category)
  const shown = new Map([...byCategory].map(([category, all]) => [category, all.slice(0, shots)]))
  const texts = new Set([...shown.values()].flat().map(textOf))
  const left = rows.filter(row => !texts.has(textOf(row)))
  if (left.length < rows.length) {
    const why =
      own === undefined
        ? 'held back as worked examples, since no set of them is named'
        : 'stands among the worked examples'
    loader.tell([{ from: nameOf(ref), rows: rows.length - left.length, why }])
  }
  const categories = new Set(rows.map(row => row.category))
  const short = [...categories].find(category => (shown.get(category)?.length ?? 0) < shots)
  if (short !== undefined || left.length === 0)
    throw new PlimsollError('invalid-input', 'There are too few rows to take worked examples from', {
      found: `${shown.get(short)?.length ?? 0} of ${shots} of ${short === undefined ? 'the set' : `the category ${short}`}`,
      expected: `at least ${shots} in ${own === undefined ? `${nameOf(ref)}, and others to measure` : nameOf(own)}`,
      fix: 'Lower `shots`, or name a set with `examples:`.',
    })
  return { rows: left, examples: row => shown.get(row.category) ?? [] }
}

function textOf(row: ChoiceRow | ProblemRow): string {
  return JSON.stringify('choices' in row ? [row.question, row.choices] : [row.question])
}
