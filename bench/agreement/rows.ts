/** The same rows for both sides: as Plimsoll's own suites draw them, and as the harness's tasks want to read them. */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type ChoiceRow, loadDataset, type ProblemRow } from '../../src/data/index.ts'
import type { Suite } from '../../src/measure/suites/index.ts'
import { loadChoice, loadProblems } from '../../src/study/general-suites.ts'
import { Loader } from '../../src/study/rows.ts'

/** One task of the harness. */
export interface HarnessTask {
  readonly name: string
  /** Below lm_eval/tasks. */
  readonly yaml: string
  readonly files: Readonly<Record<string, string>>
  readonly override: Readonly<Record<string, unknown>>
}

export interface Compared {
  readonly suite: Suite
  readonly tasks: readonly HarnessTask[]
}

export interface Sizes {
  readonly mmlu: number
  readonly gsm8k: number
  readonly hellaswag: number
  readonly 'arc-challenge': number
}

const seed = 1

/**
 * @param folder where the harness's copies of the rows are written
 * @param subjects of MMLU; all where none is named
 */
export async function comparedRows(
  sizes: Sizes,
  folder: string,
  dataDir: string | undefined,
  subjects: readonly string[] = [],
): Promise<Compared[]> {
  const loader = new Loader({ folder, dataDir })
  const choices = (name: string) => loadDataset(name, { kind: 'choices', dataDir }).then(({ rows }) => rows)
  const problems = (name: string) => loadDataset(name, { kind: 'problems', dataDir }).then(({ rows }) => rows)
  const choice = (name: keyof Sizes, shots: number) =>
    loadChoice({ choice: name, shots }, 'general', sizes[name], seed, loader)
  const write = async (name: string, rows: readonly object[]) => {
    const file = join(folder, `${name}.jsonl`)
    await writeFile(file, rows.map(row => `${JSON.stringify(row)}\n`).join(''))
    return file
  }
  const compared: Compared[] = []
  if (sizes.mmlu > 0) {
    const all = await choices('mmlu')
    const set = subjects.length === 0 ? 'mmlu' : { file: await write('mmlu', ofSubjects(all, subjects)) }
    const entry = { choice: set, name: 'mmlu', format: 'letters', shots: 5, examples: 'mmlu/dev' } as const
    const suite = await loadChoice(entry, 'general', sizes.mmlu, seed, loader)
    const drawn = Map.groupBy(asked(suite, all), row => row.category ?? '')
    const shown = Map.groupBy(await choices('mmlu/dev'), row => row.category ?? '')
    const tasks: HarnessTask[] = []
    for (const [subject, rows] of drawn) {
      const test = await write(`mmlu_${subject}`, rows.map(plainChoice))
      const dev = await write(`mmlu_${subject}_dev`, (shown.get(subject) ?? []).map(plainChoice))
      tasks.push({
        name: `mmlu_${subject}`,
        yaml: `mmlu/default/mmlu_${subject}.yaml`,
        files: { test, dev },
        override: { num_fewshot: 5 },
      })
    }
    compared.push({ suite, tasks })
  }
  if (sizes['arc-challenge'] > 0) {
    const suite = await choice('arc-challenge', 0)
    const test = await write('arc', asked(suite, await choices('arc-challenge')).map(arcRow))
    const override = { num_fewshot: 0, fewshot_split: 'test' }
    compared.push({
      suite,
      tasks: [{ name: 'arc_challenge', yaml: 'arc/arc_challenge.yaml', files: { test }, override }],
    })
  }
  if (sizes.hellaswag > 0) {
    const suite = await choice('hellaswag', 0)
    const rows = asked(suite, await choices('hellaswag'))
    const test = await write(
      'hellaswag',
      rows.map(({ id, question, choices: endings, answer }) => ({
        id,
        query: question,
        choices: endings,
        label: answer,
      })),
    )
    // This copy of the set has no activity labels, and its marks are taken out by Plimsoll's reader.
    const override = { num_fewshot: 0, process_docs: null, test_split: 'test' }
    compared.push({
      suite,
      tasks: [{ name: 'hellaswag', yaml: 'hellaswag/hellaswag.yaml', files: { test }, override }],
    })
  }
  if (sizes.gsm8k > 0) {
    const suite = await loadProblems({ problems: 'gsm8k', shots: 5 }, 'general', sizes.gsm8k, seed, loader)
    const test = await write('gsm8k', asked(suite, await problems('gsm8k')).map(problemRow))
    const train = await write('gsm8k_train', (await problems('gsm8k/train')).slice(0, 5).map(problemRow))
    // The harness draws other examples for each row; here both show the first five.
    const override = { num_fewshot: 5, fewshot_config: { sampler: 'first_n' } }
    compared.push({ suite, tasks: [{ name: 'gsm8k', yaml: 'gsm8k/gsm8k.yaml', files: { test, train }, override }] })
  }
  return compared
}

function ofSubjects(rows: readonly ChoiceRow[], subjects: readonly string[]): ChoiceRow[] {
  const known = new Set(rows.map(({ category }) => category))
  const unknown = subjects.find(subject => !known.has(subject))
  if (unknown !== undefined) throw new Error(`MMLU has no subject ${unknown}`)
  return rows.filter(({ category = '' }) => subjects.includes(category))
}

function asked<Row extends ChoiceRow | ProblemRow>({ items }: Suite, rows: readonly Row[]): Row[] {
  const byId = new Map(rows.map(row => [row.id, row]))
  return items.flatMap(({ sample }) => byId.get(sample) ?? [])
}

const plainChoice = ({ id, question, choices, answer }: ChoiceRow) => ({ id, question, choices, answer })
const problemRow = ({ id, question, solution }: ProblemRow) => ({ id, question, answer: solution })
const arcRow = ({ id, question, choices, answer }: ChoiceRow) => {
  const label = choices.map((_, i) => String.fromCharCode(65 + i))
  return { id, question, choices: { text: choices, label }, answerKey: label[answer] }
}
