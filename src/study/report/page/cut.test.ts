import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { resultFixture, samplesFixture } from '../../../../test/support/result-fixture.ts'
import type { Sample } from '../sample.ts'
import { writeReport } from '../write.ts'
import { shown, shownLength } from './cut.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-cut-'))
})
afterAll(() => rm(folder, { recursive: true }))

const MB = 1_000_000
const long = (unit: string, start: string) => `${start} ${unit.repeat(Math.ceil(100_000 / unit.length))}`

/** Every text of a sample as long as `unit` makes it, and each with a beginning of its own. */
function grown(sample: Sample, i: number, unit: string): Sample {
  const { template, baseline, steered } = sample
  return {
    ...sample,
    prompt: long(unit, `Prompt ${i}`),
    template: template && { ...template, before: long(unit, 'Before'), after: long(unit, 'After') },
    baseline: { ...baseline, text: long(unit, `Baseline ${i}`), evidence: long(unit, `Baseline ${i}`) },
    steered: { ...steered, text: long(unit, `Steered ${i} another`) },
  }
}

async function pageOf(samples: Iterable<Sample>, result = resultFixture()): Promise<string> {
  const [page = ''] = await writeReport(result, samples, folder)
  return readFile(page, 'utf8')
}

test('200 answers of 100 kB make a page below 2 MB; the exported answers have them whole', async () => {
  const result = resultFixture(['over'])
  const samples = [...samplesFixture(result)].slice(0, 100).map((sample, i) => grown(sample, i, 'wash the turnip '))
  const [page = '', , , answers = ''] = await writeReport(result, samples, folder, {
    answers: { format: 'jsonl', samples },
  })
  const text = await readFile(page, 'utf8')
  expect(Buffer.byteLength(text)).toBeLessThan(2 * MB)
  expect(text.includes('<code>plimsoll report demo --answers jsonl</code>')).toBe(true)
  const details = text.match(/<details class="sample/g)?.length ?? 0
  expect(details).toBeGreaterThan(20)
  expect(text.match(/… \([\d,]+ more characters; in the exported answers\)/g)).toHaveLength(3 * details)
  expect(text.includes('each text up to 4,000 characters;')).toBe(true)
  const rows = (await readFile(answers, 'utf8'))
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))
  expect(rows.map(row => row.steered_answer)).toEqual(samples.map(sample => sample.steered.text))
})

/** 678 samples are kept of these, each with up to five texts of 100 kB. Escapes and wide characters take the most. */
test.each(['wash the turnip ', '<&"> ', '蕪を洗う。', 'a b ', '🐟 ', ' \n'])(
  'a page with samples of every suite under seven conditions stays below 8 MB: %j',
  async unit => {
    const text = await pageOf([...samplesFixture(resultFixture())].map((sample, i) => grown(sample, i, unit)))
    expect(Buffer.byteLength(text)).toBeLessThan(8 * MB)
    expect(text.includes('each text up to 500 characters;')).toBe(true)
    expect(text.includes('more characters; in the data set)')).toBe(true)
  },
)

test('texts within the length stay whole and unmarked', async () => {
  const text = await pageOf(samplesFixture(resultFixture()))
  expect(text.includes('more characters; in')).toBe(false)
  expect(shownLength([...samplesFixture(resultFixture(['over']))].slice(0, 20))).toBe(4000)
})

test('what is shown is the beginning, and no character is halved', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(20), (text, length) => {
      const kept = shown(text, length)
      expect(text.startsWith(kept)).toBe(true)
      expect(kept.length).toBeLessThanOrEqual(length)
      expect(kept.length).toBeGreaterThanOrEqual(Math.min(text.length, length - 1))
      expect(kept.isWellFormed()).toBe(true)
    }),
  )
})
