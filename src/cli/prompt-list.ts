/** Lists of prompts as commands take them: the name of a data set, or a file. */
import { existsSync } from 'node:fs'
import { type FileRef, isDataFile, loadDataset } from '../data/index.ts'
import { PlimsollError } from '../errors.ts'

interface Lists {
  /** The first so many. */
  readonly limit?: number | undefined
  /** Of files that have any. */
  readonly column?: FileRef['columns']
}

/** @throws PlimsollError `usage` for a file of another kind, and what `loadDataset` throws */
export async function promptList(list: string, { limit, column }: Lists = {}): Promise<string[]> {
  const isFile = isDataFile(list)
  if (!isFile && existsSync(list)) {
    throw new PlimsollError('usage', 'A list of prompts is a data set or a file of one of five kinds', {
      expected: '.jsonl, .json, .csv, .tsv or .txt',
      found: list,
      fix: 'Rename the file after what is in it.',
    })
  }
  const { rows } = await loadDataset(
    isFile ? { file: list, ...(!/\.txt$/i.test(list) && { columns: column }) } : list,
    { kind: 'prompts' },
  )
  return rows.slice(0, limit).map(row => row.prompt)
}
