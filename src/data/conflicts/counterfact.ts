/** CounterFact (Meng et al. 2022, arXiv 2202.05262): statements whose last words are an answer, true and false. */
import * as z from 'zod'
import { readRecords } from '../read.ts'
import { type RawRows, textId } from '../rows.ts'
import { factPassage, sentence } from './facts.ts'
import { parsed } from './parsed.ts'

const Row = z.object({
  base_prompt: z.string(),
  target_true: z.string(),
  target_new: z.string(),
  subject: z.string(),
})

/** Passages are made from templates; a statement without its end is the question. Both targets of a subject are one article. */
export async function readCounterfact(path: string, name: string): Promise<RawRows> {
  const rows = (await readRecords(path)).map(({ where, value }) => {
    const { base_prompt: start, target_true, target_new, subject } = parsed(Row, value, where)
    const [memory, context] = [target_true.trim(), target_new.trim()]
    // By statement: the copies of one statement differ in the false target only.
    const id = textId(name, `${start}\n${context}`)
    const fact = (target: string) => sentence(`${start} ${target}`)
    return {
      where,
      value: {
        id,
        question: `Complete this sentence: ${start} …`,
        probe: `${start} what? Fill in what is missing.`,
        memory,
        context,
        passage: factPassage(id, subject, fact(context)),
        golden: factPassage(id, subject, fact(memory)),
        article: subject,
      },
    }
  })
  return { rows, dropped: [] }
}
