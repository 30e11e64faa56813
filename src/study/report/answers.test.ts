import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { describe, expect, test } from 'vitest'
import { resultFixture, samplesFixture } from '../../../test/support/result-fixture.ts'
import { readRecords } from '../../data/read.ts'
import { answerLines, writeAnswersParquet } from './answers.ts'
import { redacted } from './redact.ts'
import type { Sample } from './sample.ts'

const samples = [...samplesFixture(resultFixture(['over']))]

async function text(lines: AsyncIterable<string>): Promise<string> {
  let all = ''
  for await (const line of lines) all += line
  return all
}

async function list(all: AsyncIterable<Sample>): Promise<Sample[]> {
  const found: Sample[] = []
  for await (const sample of all) found.push(sample)
  return found
}

describe('answers as a table', () => {
  test('JSONL and CSV have the same rows, one for each pair of answers', async () => {
    const rows = (await text(answerLines(samples, 'jsonl')))
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line))
    const csv: Record<string, string>[] = parse(await text(answerLines(samples, 'csv')), { columns: true })
    expect(rows).toHaveLength(samples.length)
    expect(csv).toHaveLength(samples.length)
    expect(rows[0]).toMatchObject({ suite: samples[0]?.suite, baseline_answer: samples[0]?.baseline.text })
    for (const [i, row] of csv.entries()) {
      expect(row.id).toBe(rows[i].id)
      expect(row.change).toBe(rows[i].change)
      expect(row.harmful).toBe(String(rows[i].harmful))
      expect(row.steered_answer).toBe(rows[i].steered_answer.replaceAll('\0', '\ufffd'))
    }
  })

  test('Parquet has the rows of JSONL', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'plimsoll-answers-'))
    const file = join(folder, 'answers.parquet')
    await writeAnswersParquet(samples, file)
    const rows = (await readRecords(file)).map(({ value }) => value)
    await rm(folder, { recursive: true })
    const lines = (await text(answerLines(samples, 'jsonl'))).trimEnd().split('\n')
    expect(rows).toEqual(lines.map(line => JSON.parse(line)))
  })

  test.each(['=1+1', '+1', '-1', '@a', '\tx'])('a spreadsheet takes no answer for a formula: %j', async formula => {
    const [sample] = samples as [Sample]
    const evil = { ...sample, prompt: formula, steered: { ...sample.steered, text: formula } }
    const [row] = parse(await text(answerLines([evil], 'csv')), { columns: true }) as [Record<string, string>]
    expect(row.prompt).toBe(`'${formula}`)
    expect(row.steered_answer).toBe(`'${formula}`)
    expect(JSON.parse(await text(answerLines([evil], 'jsonl')))).toMatchObject({ prompt: formula })
  })
})

test('redacted: of harmful requests only what was judged is left, harmless ones stay', async () => {
  const found = await list(redacted(samples))
  expect(found).toHaveLength(samples.length)
  for (const [i, sample] of found.entries()) {
    const before = samples[i] as Sample
    if (!before.harmful) expect(sample).toEqual(before)
    else {
      const words = JSON.stringify(sample)
      // A rule may be called anything; what it fired on is gone.
      for (const secret of [before.prompt, before.baseline.text, before.steered.text, 'actor in a play'])
        if (secret !== before.steered.rule) expect(words).not.toContain(JSON.stringify(secret).slice(1, -1))
      expect(sample).toMatchObject({ id: before.id, change: before.change })
      expect(sample.steered).toMatchObject({ class: before.steered.class, text: '(left out)' })
    }
  }
})
