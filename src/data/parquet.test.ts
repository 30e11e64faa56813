import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadDataset } from './dataset.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-parquet-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function file(name: string, columns: Parameters<typeof parquetWriteBuffer>[0]['columnData']): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, new Uint8Array(parquetWriteBuffer({ columnData: columns })))
  return path
}

test('own multiple choice in Parquet, with 64-bit answers and lists of choices', async () => {
  const path = await file('choices.parquet', [
    { name: 'q', data: ['One or two?', 'Three or four?'] },
    {
      name: 'choices',
      data: [
        ['one', 'two'],
        ['three', 'four'],
      ],
    },
    { name: 'answer', data: [0n, 1n], type: 'INT64' },
  ])
  const { rows } = await loadDataset({ file: path, columns: { question: 'q' } }, { kind: 'choices' })
  expect(rows).toMatchObject([
    { question: 'One or two?', choices: ['one', 'two'], answer: 0 },
    { question: 'Three or four?', choices: ['three', 'four'], answer: 1 },
  ])
})

test('a row without a request is counted by its number', async () => {
  const path = await file('prompts.parquet', [{ name: 'prompt', data: ['Say so.', null], nullable: true }])
  const { rows, dropped } = await loadDataset({ file: path }, { kind: 'prompts' })
  expect(rows).toHaveLength(1)
  expect(dropped).toMatchObject([{ rows: 1, why: expect.stringContaining('row 2') }])
})

test('what is no Parquet is said to be none', async () => {
  const path = join(folder, 'text.parquet')
  await writeFile(path, 'prompt\nnone of it')
  await expect(loadDataset({ file: path }, { kind: 'prompts' })).rejects.toMatchObject({
    code: 'data-invalid',
    where: path,
    expected: expect.stringContaining('Snappy'),
  })
})
