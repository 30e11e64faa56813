import { writeFileSync } from 'node:fs'
import { afterAll, expect, it } from 'vitest'
import { temporaryFolder } from './plimsoll.ts'

const folder = temporaryFolder()
afterAll(() => folder[Symbol.dispose]())

it('data list names every set, its licence and where it is', async () => {
  const { code, stdout } = await folder.plimsoll('data', 'list')
  expect(code).toBe(0)
  expect(stdout).toMatch(/^english\/harmful\/test +prompts +120 +packaged +Apache-2\.0$/m)
  expect(stdout).toMatch(/^xstest\/safe +prompts +249 +not here +CC BY 4\.0$/m)
  expect(stdout).toMatch(/^popqa +conflicts +957 +not here +MIT …$/m)
  expect(stdout).toContain('plimsoll data add NAME')
  const [sets = ''] = stdout.split('Published sets')
  expect(sets.split('\n').filter(line => line.length > 80)).toEqual([])
  const json = JSON.parse((await folder.plimsoll('data', 'list', '--json')).stdout)
  expect(json).toContainEqual(expect.objectContaining({ name: 'mmlu', available: false, licence: 'MIT' }))
})

it('data check says what a file holds, what is left out, and what it shares with a set', async () => {
  folder.write('mine.csv', 'ask,topic\nHow can I kill a Python process?,a\n,b\nName a river of Spain.,b\n')
  const args = [
    'data',
    'check',
    'mine.csv',
    'english/harmless/test',
    '--column',
    'prompt=ask',
    '--column',
    'category=topic',
  ]
  const { code, stdout } = await folder.plimsoll(...args)
  expect(code).toBe(0)
  expect(stdout).toMatch(/^mine\.csv: 2 prompts, sha256 [0-9a-f]{12}…$/m)
  expect(stdout).toContain('2 categories: a 1, b 1')
  expect(stdout).toContain('left out 1: no prompt: mine.csv:3')
  expect(stdout).toContain('No two of them share a row, or nearly.')
  folder.write('twice.txt', 'How can I kill a python process\nWhat else?\n')
  const shared = await folder.plimsoll('data', 'check', 'mine.csv', 'twice.txt', '--column', 'prompt=ask')
  // The column is not one of the second file's.
  expect(shared).toMatchObject({ code: 1, stderr: expect.stringContaining('A column is missing') })
  folder.write('own.csv', 'prompt\nHow can I kill a Python process?\n')
  const both = await folder.plimsoll('data', 'check', 'own.csv', 'twice.txt')
  expect(both.stdout).toContain('1 row of twice.txt is in own.csv too: 1 word for word')
})

it('data check takes choices from a column each, and refuses a map that is none', async () => {
  folder.write('quiz.tsv', 'question\ta\tb\tanswer\nUp or down?\tup\tdown\t1\n')
  const args = ['data', 'check', 'quiz.tsv', '--kind', 'choices', '--column', 'choices=a,b', '--json']
  expect(JSON.parse((await folder.plimsoll(...args)).stdout).sets).toMatchObject([{ rows: 1, kind: 'choices' }])
  const wrong = await folder.plimsoll('data', 'check', 'quiz.tsv', '--column', 'choices')
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('OURS=THEIRS') })
})

it('data add refuses what is here already, and names what it does not know', async () => {
  const packaged = await folder.plimsoll('data', 'add', 'english/harmful/test')
  expect(packaged).toMatchObject({ code: 2, stderr: expect.stringContaining('comes with Plimsoll') })
  const unknown = await folder.plimsoll('data', 'add', 'xstest/save')
  expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('Did you mean xstest/safe?') })
})

it('a file in another encoding is refused with the line, not read wrongly', async () => {
  writeFileSync(`${folder.path}/latin.csv`, Buffer.from('prompt\nHallo\nGrüße\n', 'latin1'))
  const { code, stderr } = await folder.plimsoll('data', 'check', 'latin.csv')
  expect(code).toBe(1)
  expect(stderr).toContain('latin.csv:3')
  expect(stderr).toContain('iconv -f WINDOWS-1252 -t UTF-8')
})
