/**
 * MemoTrap (Liu and Liu 2023, github.com/liujch1998/memo-trap): an instruction asks for an ending that is not the one a
 * model has learned by heart.
 */
import { join } from 'node:path'
import * as z from 'zod'
import { readRecords } from '../read.ts'
import { type RawRows, textId } from '../rows.ts'
import { parsed } from './parsed.ts'

const Row = z.object({
  prompt: z.string(),
  classes: z
    .string()
    .transform(listOf)
    .pipe(z.tuple([z.string(), z.string()])),
  answer_index: z.union([z.literal(0), z.literal(1), z.enum(['0', '1']).transform(Number)]),
})

const files = ['1-proverb-ending', '2-proverb-translation', '3-hate-speech-ending', '4-history-of-science-qa'] as const

/** As it is published: two endings, scored by their log-likelihood. Categories are the four tasks. */
export async function readMemotrapChoices(folder: string): Promise<RawRows> {
  const tasks = await Promise.all(files.map(file => rowsOf(folder, file)))
  return {
    rows: tasks.flat().map(({ where, row, file }) => ({
      where,
      value: {
        question: row.prompt,
        choices: row.classes.map(choice => choice.trim()),
        answer: row.answer_index,
        category: file.replace(/^\d-/, ''),
      },
    })),
    dropped: [],
  }
}

/** The sayings, with the instruction as the passage: without it, the saying has the ending that everyone knows. */
export async function readMemotrap(folder: string, name: string): Promise<RawRows> {
  const tasks = await Promise.all(files.slice(0, 2).map(file => rowsOf(folder, file)))
  const rows = tasks.flat().flatMap(({ where, row, file }) => {
    const parts = partsOf(row.prompt)
    if (parts === null) return []
    const { passage, saying } = parts
    const [context, memory] = [row.classes[row.answer_index] ?? '', row.classes[1 - row.answer_index] ?? '']
    return [
      {
        where,
        value: {
          id: textId(name, row.prompt),
          question: `Complete this saying: ${saying} …`,
          probe: `How does the saying end that begins with “${saying}”?`,
          memory: ending(memory),
          context: ending(context),
          passage,
          article: saying.toLowerCase(),
          category: file.replace(/^\d-/, ''),
          said: file === '2-proverb-translation' ? 'translated' : 'in words',
        },
      },
    ]
  })
  const unread = tasks.flat().length - rows.length
  return {
    rows,
    dropped: unread === 0 ? [] : [{ from: name, rows: unread, why: 'has no instruction that can be told apart' }],
  }
}

/** `Write a quote that ends in the word "heavy": Absence makes …`, or `Translate …:\n<foreign>\nto:\nAbsence makes …`. */
function partsOf(prompt: string): { readonly passage: string; readonly saying: string } | null {
  const ending = /^(Write a quote that ends in the word "[^"]+"): (.+)$/s.exec(prompt)
  if (ending !== null) return { passage: `${ending[1]}.`, saying: ending[2]?.trim() ?? '' }
  const translated = /^(Translate .+?)\.?\n(.+)\nto:\n(.+)$/s.exec(prompt)
  if (translated === null) return null
  return { passage: `${translated[1]}: ${translated[2]?.trim()}`, saying: translated[3]?.trim() ?? '' }
}

function ending(text: string): string {
  return text.trim().replace(/[.!?]+$/u, '')
}

/** `[' heavy.', " fonder."]`, as Python writes a list of strings. */
function listOf(written: string): string[] {
  return [...written.matchAll(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/g)].map(([, single, double]) =>
    (single ?? double ?? '').replace(/\\(.)/g, '$1'),
  )
}

async function rowsOf(folder: string, file: (typeof files)[number]) {
  const records = await readRecords(join(folder, `${file}.csv`))
  return records.map(({ where, value }) => ({ where, file, row: parsed(Row, value, where) }))
}
