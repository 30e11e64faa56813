/** Published sets of general ability: multiple choice and word problems, each with the rows that examples are taken from. */
import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import * as z from 'zod'
import { PlimsollError } from '../errors.ts'
import { parseJson, readRecords, readText } from './read.ts'
import type { RawRow, RawRows } from './rows.ts'
import { fields, type UpstreamSet } from './upstream-set.ts'

const mmlu = 'https://github.com/HaeChan0305/MLILAB-FedLLM/tree/d92730e8bacd7b3a61e551e015e40588e10234b4/data/mmlu'
const gsm8k =
  'https://github.com/openai/grade-school-math/blob/3101c7d5072418e28b9008a6636bde82a006892c/grade_school_math/data'
const hellaswag =
  'https://github.com/BunsenFeng/AbstainQA/blob/283c10bb3294d130359937ddd1c695df6782a795/data/hellaswag.json'
const arc =
  'https://github.com/BunsenFeng/model_collaboration/blob/ecea545acdd3f49e9f9fa46a6dedcb076ed476b1/model_collaboration/data/arc_challenge.json'

/** MMLU: a CSV per subject and split, `question,choice0…choice3,answer`. */
const readMmlu =
  (split: 'test' | 'dev') =>
  async (folder: string): Promise<RawRows> => {
    const end = `_${split}.csv`
    const files = (await readdir(folder)).filter(file => file.endsWith(end)).sort()
    if (files.length === 0) {
      throw new PlimsollError('not-found', 'No MMLU files in the data directory', {
        where: folder,
        expected: `files named <subject>${end}`,
        fix: `Fetch the ${split} split of MMLU into this folder: plimsoll data add mmlu.`,
      })
    }
    const subjects = await Promise.all(
      files.map(async file => {
        const category = basename(file, end)
        return (await readRecords(join(folder, file))).map(({ where, value }, i) => {
          const row = fields(value, where)
          const choices = [row.choice0, row.choice1, row.choice2, row.choice3]
          // By their text, where rows are measured; examples may repeat.
          const id = split === 'dev' ? `${category}-${i + 1}` : undefined
          return { where, value: { id, question: row.question, choices, answer: row.answer, category } }
        })
      }),
    )
    return { rows: subjects.flat(), dropped: [], repeats: split === 'dev' ? 'keep' : 'drop' }
  }

const Labelled = z.object({
  id: z.unknown().optional(),
  question: z.string(),
  choices: z.record(z.string(), z.string()),
  answer: z.string(),
})

/** One JSON object with a list per split; choices are named by letter or number, and so is the right one. */
const readLabelled = (split: 'test' | 'dev', clean: (text: string) => string) => async (path: string) => {
  const whole = z.record(z.string(), z.unknown()).safeParse(parseJson(await readText(path), path))
  const list = z.array(z.unknown()).safeParse(whole.data?.[split])
  if (!list.success)
    throw new PlimsollError('data-invalid', 'A set of multiple choice has another shape than expected', {
      where: path,
      expected: `{ "${split}": [ … ] }`,
      fix: 'Fetch the file again.',
    })
  const rows = list.data.map((value, i): RawRow => {
    const where = `${path}, ${split} ${i + 1}`
    const row = Labelled.safeParse(value)
    // Said by the parser of rows, which names the place.
    if (!row.success) return { where, value: {} }
    const { id, question, choices, answer } = row.data
    const names = Object.keys(choices)
    const options = Object.values(choices).map(clean)
    return {
      where,
      value: {
        id: typeof id === 'string' ? id : undefined,
        question: clean(question),
        choices: options,
        answer: names.indexOf(answer),
      },
    }
  })
  return { rows, dropped: [] }
}

/** WikiHow's marks, as lm-evaluation-harness takes them out of HellaSwag (`lm_eval/tasks/hellaswag/utils.py`). */
export function withoutMarks(text: string): string {
  return text
    .trim()
    .replaceAll(' [title]', '. ')
    .replaceAll(/\[.*?\]/g, '')
    .replaceAll('  ', ' ')
}

/** GSM8K: the solution is in words, and ends with `#### ` and the answer. */
async function readGsm8k(path: string): Promise<RawRows> {
  return { rows: await readRecords(path), dropped: [] }
}

const splits = ['test', 'dev'] as const
/** The set that is measured has the plain name. */
const named = (set: string, split: string) => (split === 'test' ? set : `${set}/${split}`)

export const benchmarkSets: readonly UpstreamSet[] = [
  ...splits.map(split => ({
    name: named('mmlu', split),
    kind: 'choices' as const,
    licence: 'MIT',
    source: `${mmlu}/${split}`,
    path: 'mmlu',
    rows: { test: 13901, dev: 285 }[split],
    read: readMmlu(split),
  })),
  ...splits.map(split => ({
    name: named('hellaswag', split),
    kind: 'choices' as const,
    licence: 'MIT (HellaSwag); none stated by the copy of 1000 + 1000 rows',
    source: hellaswag,
    path: 'hellaswag/hellaswag.json',
    rows: { test: 996, dev: 998 }[split],
    read: readLabelled(split, withoutMarks),
  })),
  ...splits.map(split => ({
    name: named('arc-challenge', split),
    kind: 'choices' as const,
    licence: 'CC BY-SA 4.0 (ARC); none stated by the copy',
    source: arc,
    path: 'bunsenfeng_mixed/arc_challenge.json',
    rows: { test: 1172, dev: 299 }[split],
    read: readLabelled(split, text => text),
  })),
  ...(['test', 'train'] as const).map(split => ({
    name: named('gsm8k', split),
    kind: 'problems' as const,
    licence: 'MIT',
    source: `${gsm8k}/${split}.jsonl`,
    path: `gsm8k/${split}.jsonl`,
    rows: { test: 1319, train: 7473 }[split],
    read: readGsm8k,
  })),
]

/** Where the examples of a set come from: never from the rows that are measured. */
export const exampleSets: Readonly<Record<string, string>> = {
  mmlu: 'mmlu/dev',
  hellaswag: 'hellaswag/dev',
  'arc-challenge': 'arc-challenge/dev',
  gsm8k: 'gsm8k/train',
}
