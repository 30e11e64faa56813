/**
 * ConflictQA (Xie et al. 2024, arXiv 2305.13300): what a large model remembered, and evidence it was made to write
 * against it. In the StrategyQA part answers are whole sentences: they are told apart by their likelihood, not by words.
 */
import * as z from 'zod'
import { parseJsonl, readText } from '../read.ts'
import { type RawRows, textId } from '../rows.ts'
import { parsed } from './parsed.ts'

const Row = z.object({
  question: z.string(),
  memory_answer: z.string(),
  parametric_memory: z.string(),
  counter_answer: z.string(),
  counter_memory: z.string(),
})

/** Rows a line, whatever the file’s name says. */
export async function readConflictQa(path: string, name: string): Promise<RawRows> {
  const rows = parseJsonl(await readText(path), path).map(({ where, value }) => {
    const row = parsed(Row, value, where)
    return {
      where,
      value: {
        id: textId(name, row.question),
        question: row.question.trim(),
        memory: row.memory_answer.trim(),
        context: row.counter_answer.trim(),
        passage: row.counter_memory.trim(),
        golden: row.parametric_memory.trim(),
        article: row.question.trim(),
        said: 'otherwise',
      },
    }
  })
  return { rows, dropped: [] }
}
