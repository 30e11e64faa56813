import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PlimsollError } from '../errors.ts'
import { type DatasetRef, loadDataset } from './dataset.ts'
import { listDatasets } from './names.ts'
import type { Kind } from './types.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-data-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function write(name: string, text: string): Promise<string> {
  const file = join(folder, name)
  await writeFile(file, text)
  return file
}

async function errorOf(ref: DatasetRef, kind: Kind, dataDir = ''): Promise<PlimsollError> {
  const error: unknown = await loadDataset(ref, { kind, dataDir }).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof PlimsollError) return error
  throw new Error(`expected a PlimsollError, got ${error}`)
}

describe('own files', () => {
  test('CSV with renamed columns; rows without ids get one from their text', async () => {
    const file = await write('own.csv', 'question,topic\nHow are you?,a\n"Who, me?",b\n')
    const { rows } = await loadDataset(
      { file, columns: { prompt: 'question', category: 'topic' } },
      { kind: 'prompts' },
    )
    expect(rows.map(({ prompt, category }) => [prompt, category])).toEqual([
      ['How are you?', 'a'],
      ['Who, me?', 'b'],
    ])
    expect(rows.map(row => row.id)).toEqual([
      expect.stringMatching(/^own-[0-9a-f]{10}$/),
      expect.stringMatching(/^own-/),
    ])
  })

  test('choices may come from a column each', async () => {
    const file = await write('choices.csv', 'q,a,b,right\nUp or down?,up,down,1\n')
    const ref = { file, columns: { question: 'q', choices: ['a', 'b'], answer: 'right' } }
    const { rows } = await loadDataset(ref, { kind: 'choices' })
    expect(rows[0]).toMatchObject({ question: 'Up or down?', choices: ['up', 'down'], answer: 1 })
  })

  test('repeats, rows on minors and rows over the limit are counted', async () => {
    const prompts = ['Hello there', 'hello  THERE ', 'A sexual story about a child', 'Two', 'Three']
    const file = await write('own.jsonl', prompts.map(prompt => JSON.stringify({ prompt })).join('\n'))
    const { rows, dropped } = await loadDataset({ file, limit: 2 }, { kind: 'prompts' })
    expect(rows.map(row => row.prompt)).toEqual(['Hello there', 'Two'])
    expect(dropped.map(({ rows: n, why }) => `${n} ${why}`)).toEqual([
      '1 may be about sexual content with minors',
      '1 repeats another row of the set',
      '1 beyond the stated limit of 2 rows',
    ])
  })

  test('rows that differ in a sign, or in what their chat template holds beside the request, are no repeats', async () => {
    const prompts = ['12 + 7', '12 - 7', 'A list in C?', 'A list in C++?', 'A list in C#?'].concat(
      ['kind', 'short'].map(how => `<|im_start|>system\nBe ${how}.<|im_end|>\n<|im_start|>user\nHow?<|im_end|>`),
    )
    const file = await write('signs.jsonl', prompts.map(prompt => JSON.stringify({ prompt })).join('\n'))
    const { rows, dropped } = await loadDataset({ file }, { kind: 'prompts' })
    expect(rows).toHaveLength(prompts.length)
    expect(dropped).toEqual([])
  })

  test.each([
    ['prompts', '{"prompt": "a"}\n5', 'the row'],
    ['prompts', '{"prompt": "a"}\n{"prompt": ["b"]}', 'prompt'],
    [
      'choices',
      '{"question":"q","choices":["a","b"],"answer":0}\n{"question":"r","choices":["a","b"],"answer":2}',
      'answer',
    ],
    ['templates', '{"template": "{prompt}"}\n{"template": "no slot"}', 'template'],
    ['templates', '{"template": "{prompt}"}\n{"template": "{prompt}{prompt}"}', 'template'],
    ['prose', '{"text": "a"}\n{"text": 7}', 'text'],
  ] as const)('a wrong row of %s is named by file and line: %s', async (kind, text, path) => {
    const file = await write('wrong.jsonl', text)
    const error = await errorOf({ file }, kind)
    expect(error).toMatchObject({ code: 'data-invalid', where: `${file}:2` })
    expect(error.found).toMatch(new RegExp(`^${path}: `))
  })

  test.each([
    ['prompts', ['{"prompt": "a"}', '{"text": "b"}', '{"prompt": " "}'], 'no prompt: holes.jsonl:2, holes.jsonl:3'],
    [
      'choices',
      ['{"question":"q","choices":["a","b"],"answer":0}', '{"question":"r","choices":["a","b"]}'],
      'no answer: holes.jsonl:2',
    ],
    [
      'choices',
      ['{"question":"q","choices":["a","b"],"answer":0}', '{"question":"r","choices":["a",""],"answer":0}'],
      'no choices: holes.jsonl:2',
    ],
    ['prose', ['{"text": "a"}', '{"prompt": "b"}'], 'no text: holes.jsonl:2'],
    ['templates', ['{"template": "{prompt}"}', '{"template": null}'], 'no template: holes.jsonl:2'],
  ] as const)('rows of %s without what they need are left out, counted and named: %s', async (kind, lines, why) => {
    const file = await write('holes.jsonl', lines.join('\n'))
    const { rows, dropped } = await loadDataset({ file }, { kind })
    expect(rows).toHaveLength(1)
    expect(dropped).toEqual([{ from: file, rows: lines.length - 1, why }])
  })

  test('an answer that only some rows have, under a name of their own', async () => {
    const rows = [
      { q: 'One?', a: 'x', b: 'y', right: 1 },
      { q: 'Two?', a: 'x', b: 'y' },
      { q: 'Three?', a: 'x', b: 'y', right: 0 },
    ]
    const file = await write('some.jsonl', rows.map(row => JSON.stringify(row)).join('\n'))
    const ref = { file, columns: { question: 'q', choices: ['a', 'b'], answer: 'right' } }
    const loaded = await loadDataset(ref, { kind: 'choices' })
    expect(loaded.rows.map(row => row.question)).toEqual(['One?', 'Three?'])
    expect(loaded.dropped).toMatchObject([{ rows: 1, why: 'no answer: some.jsonl:2' }])
  })

  test('a file in which no row has what it needs has its columns named', async () => {
    const file = await write('renamed.csv', 'ask,topic\nHow are you?,a\nAnd you?,b\n')
    expect(await errorOf({ file }, 'prompts')).toMatchObject({
      code: 'data-invalid',
      where: `${file}:2`,
      found: 'columns ask, topic',
    })
    const empty = await write('empty.jsonl', '\n')
    expect(await errorOf({ file: empty }, 'prompts')).toMatchObject({ code: 'data-invalid', where: empty })
  })

  test('every wrong row is named, not the first alone; of many the first five', async () => {
    const line = (template: string) => JSON.stringify({ template })
    const file = await write('slots.jsonl', [line('{prompt}'), ...Array(7).fill(line('none'))].join('\n'))
    const error = await errorOf({ file }, 'templates')
    expect(error.where).toBe(`${file}:2`)
    expect(error.found?.split('\n')).toEqual([
      'template: expected exactly one {prompt} slot',
      ...[3, 4, 5, 6].map(n => `slots.jsonl:${n}: template: expected exactly one {prompt} slot`),
      'and 2 more',
    ])
    const twice = await write(
      'ids.jsonl',
      ['a', 'b', 'c', 'd'].map((prompt, i) => JSON.stringify({ id: i % 2, prompt })).join('\n'),
    )
    expect((await errorOf({ file: twice }, 'prompts')).found).toBe(
      `"0", also at ${twice}:1\nids.jsonl:4: "1", also at ${twice}:2`,
    )
  })

  test('a table with tabs', async () => {
    const file = await write('own.tsv', 'prompt\tcategory\nHello, there\ta\n"Two\nlines"\tb\n')
    const { rows } = await loadDataset({ file }, { kind: 'prompts' })
    expect(rows.map(({ prompt, category }) => [prompt, category])).toEqual([
      ['Hello, there', 'a'],
      ['Two\nlines', 'b'],
    ])
  })

  test('two rows with one id, a missing column, a missing file, an unknown ending', async () => {
    const twice = await write('twice.jsonl', '{"id":"x","prompt":"a"}\n{"id":"x","prompt":"b"}')
    expect(await errorOf({ file: twice }, 'prompts')).toMatchObject({ code: 'data-invalid', where: `${twice}:2` })
    expect(await errorOf({ file: twice, columns: { prompt: 'ask' } }, 'prompts')).toMatchObject({ expected: 'ask' })
    expect(await errorOf({ file: join(folder, 'none.csv') }, 'prompts')).toMatchObject({ code: 'not-found' })
    expect(await errorOf({ file: join(folder, 'x.xlsx') }, 'prompts')).toMatchObject({ found: '.xlsx' })
  })
})

describe('names', () => {
  test('an unknown one gets a suggestion', async () => {
    expect((await errorOf('english/harmfull/test', 'prompts')).fix).toBe('Did you mean english/harmful/test?')
    expect((await errorOf('ENGLISH/HARMFUL/TEST', 'prompts')).fix).toBe('Did you mean english/harmful/test?')
  })

  test('a published set that is not there says how to get it', async () => {
    const error = await errorOf('xstest/safe', 'prompts', folder)
    expect(error).toMatchObject({ code: 'not-found', where: join(folder, 'xstest/xstest_prompts.csv') })
    for (const part of ['plimsoll data add xstest/safe', 'CC BY 4.0', 'https://', 'PLIMSOLL_DATA'])
      expect(error.fix).toContain(part)
  })

  test('a set of another kind is refused', async () => {
    expect(await errorOf('english/prose/test', 'prompts')).toMatchObject({ code: 'invalid-input', found: 'prose' })
  })

  test('every set has a unique name, a licence and a source; only packaged ones are always here', () => {
    const sets = listDatasets({ dataDir: folder })
    expect(new Set(sets.map(set => set.name)).size).toBe(sets.length)
    for (const set of sets) {
      expect(set.rows).toBeGreaterThan(0)
      expect(set.available).toBe(set.source === 'packaged')
      expect(set.source).toMatch(/^(packaged|https:\/\/.*[0-9a-f]{40}.*)$/)
    }
  })
})
