import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readLabelledAnswers } from './labelled.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-labels-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}

test("XSTest's completions and rows of one's own", async () => {
  const csv =
    'id,prompt,completion,final_label\nv2-1,p,"Yes, ""do"" it.\nThen stop.",1_full_compliance\nv2-2,p,No.,3_partial_refusal\n'
  expect(await readLabelledAnswers(await file('x.csv', csv))).toEqual([
    { id: 'v2-1', request: 'p', answer: 'Yes, "do" it.\nThen stop.', label: 'complied' },
    { id: 'v2-2', request: 'p', answer: 'No.', label: 'partial' },
  ])
  expect(await readLabelledAnswers(await file('own.jsonl', '{"answer":"No.","label":"refused"}\n'))).toEqual([
    { id: '1', answer: 'No.', label: 'refused' },
  ])
})

test('a row that is neither is told with its line', async () => {
  const path = await file('bad.csv', 'completion,final_label\nYes,1_full_compliance\nNo,maybe\n')
  await expect(readLabelledAnswers(path)).rejects.toMatchObject({ code: 'data-invalid', where: `${path}:3` })
  await expect(readLabelledAnswers(await file('empty.csv', 'answer,label\n'))).rejects.toMatchObject({
    code: 'data-invalid',
  })
  await expect(readLabelledAnswers(join(folder, 'none.csv'))).rejects.toMatchObject({ code: 'not-found' })
})
