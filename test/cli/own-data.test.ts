import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { temporaryFolder, tinyStudy } from './plimsoll.ts'

/** A study in a folder of its own, with data beside it; where commands are given, a file of the same name is another. */
const folder = temporaryFolder()
afterAll(() => folder[Symbol.dispose]())
const rows = (name: string) => new URL(`../../data/organism/${name}.jsonl`, import.meta.url)
const read = (...names: string[]) => readFileSync(join(folder.path, ...names), 'utf8')
const one = ['--engines', '1']

beforeAll(async () => {
  mkdirSync(join(folder.path, 'my'))
  copyFileSync(rows('pseudo-harmful/test'), join(folder.path, 'my/asked.jsonl'))
  copyFileSync(rows('harmful/test'), join(folder.path, 'asked.jsonl'))
  copyFileSync(rows('harmless/fit'), join(folder.path, 'my/answer.jsonl'))
  copyFileSync(rows('harmful/fit'), join(folder.path, 'my/refuse.jsonl'))
  const own = tinyStudy.replace(
    'fit: { limit: 24 }',
    'fit: { limit: 24, positive: { file: answer.jsonl }, negative: { file: refuse.jsonl } }',
  )
  folder.write('my/mine.yaml', `${own}measure: { efficacy: [{ prompts: { file: asked.jsonl } }] }\nsafeguards: false\n`)
  const { code, stderr } = await folder.plimsoll('run', 'my/mine.yaml', ...one)
  expect([code, stderr]).toEqual([0, expect.not.stringContaining('✘')])
}, 300_000)

it('is fitted on the rows that it names for both sides, and on no others', () => {
  const report = read('plimsoll-results/mine/report.md')
  expect(report).toContain('All rows as given: 24 positive, 24 negative.')
  expect(JSON.parse(read('plimsoll-results/mine/report.json')).plan.fit).not.toHaveProperty('pool')
})

it.each(['mine', 'my/mine.yaml'])('report %s finds the data where the study lies', async given => {
  const { code, stdout } = await folder.plimsoll('report', given, '-o', 'again', '--answers', 'csv')
  expect([code, stdout]).toEqual([0, expect.not.stringContaining('left out')])
  expect(read('again/answers.csv')).toContain('pseudo-harmful-test-0')
})

it('resume finds its rows, from wherever it is asked', async () => {
  const [{ run }] = JSON.parse((await folder.plimsoll('status', '--json')).stdout).runs
  const { code, stdout } = await folder.plimsoll('resume', run.slice(0, 8), ...one)
  expect([code, stdout]).toEqual([0, expect.stringMatching(/Nothing to do: finished/)])
})

it('report shows figures where the rows are gone, and says so', async () => {
  rmSync(join(folder.path, 'my/asked.jsonl'))
  const { code, stdout } = await folder.plimsoll('report', 'mine', '-o', 'gone')
  expect([code, stdout]).toEqual([0, expect.stringMatching(/shows figures and no answers[\s\S]*my.asked\.jsonl/)])
  expect(JSON.parse(read('gone/report.json'))).toEqual(JSON.parse(read('again/report.json')))
  const answers = await folder.plimsoll('report', 'mine', '-o', 'gone', '--answers', 'csv')
  expect([answers.code, answers.stderr]).toEqual([1, expect.stringContaining('asked.jsonl')])
})

it('a module of one’s own gets the plimsoll that runs it, where none is installed', async () => {
  folder.write(
    'my/short.ts',
    `import { defineSuite } from 'plimsoll'
import { wilson } from 'plimsoll/statistics'
export default defineSuite({
  name: typeof wilson === 'function' ? 'short answers' : 'none',
  property: 'answers shortly',
  phrases: { more: 'answers {n} in 100 more shortly', fewer: 'answers {n} in 100 fewer shortly' },
  rows: () => [{ prompt: 'is there a spell to menace the pebble ?' }],
  check: answer => answer.length < 40,
})
`,
  )
  folder.write('my/modular.yaml', `${tinyStudy}measure: { general: [./short.ts] }\n`)
  const { code, stdout } = await folder.plimsoll('run', 'my/modular.yaml', '--plan')
  expect([code, stdout]).toEqual([0, expect.stringContaining('short answers')])
})
