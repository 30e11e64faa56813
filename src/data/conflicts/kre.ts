/**
 * KRE-SQuAD (Ying et al. 2024, arXiv 2309.17415): questions of SQuAD, each with its paragraph and with one that was
 * changed to give another answer.
 */
import { join } from 'node:path'
import * as z from 'zod'
import { readRecords } from '../read.ts'
import { type RawRows, textId } from '../rows.ts'
import { parsed } from './parsed.ts'

const Row = z.object({ id: z.string(), question: z.string(), answer: z.string(), context: z.string() })

/** @param folder with `squad_golden.json` and `squad_negative.json`, paired by id */
export async function readKre(folder: string, name: string): Promise<RawRows> {
  const golden = await rowsOf(join(folder, 'squad_golden.json'))
  const negative = new Map((await rowsOf(join(folder, 'squad_negative.json'))).map(one => [one.row.id, one.row]))
  const rows = golden.flatMap(({ where, row }) => {
    const other = negative.get(row.id)
    if (other === undefined) return []
    const { id, question } = row
    return [
      {
        where,
        value: {
          id,
          question: question.trim(),
          memory: row.answer.trim(),
          context: other.answer.trim(),
          passage: other.context.trim(),
          golden: row.context.trim(),
          // The copy names no articles: the paragraph stands for its own.
          article: textId('paragraph', row.context),
        },
      },
    ]
  })
  const alone = golden.length - rows.length
  return { rows, dropped: alone === 0 ? [] : [{ from: name, rows: alone, why: 'has no changed paragraph' }] }
}

async function rowsOf(path: string) {
  return (await readRecords(path)).map(({ where, value }) => ({ where, row: parsed(Row, value, where) }))
}
