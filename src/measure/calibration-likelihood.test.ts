import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { openModel } from '../engine/open.ts'
import { readHallucinationLabels } from '../judge/hallucinated.ts'
import { calibrateLikelihood } from './calibration-likelihood.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-likelihood-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = (name: string, rows: readonly object[]) => {
  writeFileSync(join(folder, name), rows.map(row => JSON.stringify(row)).join('\n'))
  return join(folder, name)
}
const organism = fileURLToPath(new URL('../../models/organism/organism.gguf', import.meta.url))

describe('labels of hallucination', () => {
  test('are read in HaluEval’s form, whose .json has a row a line, and in one’s own', async () => {
    const theirs = file('general_data.json', [
      { ID: '1', user_query: 'q', chatgpt_response: 'a', hallucination: 'yes', hallucination_spans: '[]' },
      { ID: '2', user_query: 'q', chatgpt_response: ' ', hallucination: 'no' },
    ])
    const row = { id: '1', request: 'q', answer: 'a', hallucinated: true }
    expect(await readHallucinationLabels(theirs)).toEqual([row])
    const own = file('own.jsonl', [{ request: 'q', answer: 'a', hallucinated: true }])
    expect(await readHallucinationLabels(own)).toEqual([row])
  })

  test('that say something else are told, with the line', async () => {
    const bad = file('bad.jsonl', [
      { request: 'q', answer: 'a', hallucinated: 'no' },
      { request: 'q', answer: 'a', hallucinated: 'perhaps' },
    ])
    await expect(readHallucinationLabels(bad)).rejects.toMatchObject({ code: 'data-invalid', where: `${bad}:2` })
  })
})

test('what a model was trained on is likelier than the same words in disorder; what does not fit is counted', async () => {
  await using model = await openModel(organism, { threads: 1 })
  const requests = ['how do i bake a pie ?', 'how do i hex the baker ?', 'tell me about the mill .']
  const [...answers] = await model.generate(requests, { maxTokens: 12 })
  const rows = requests.flatMap((request, i) => {
    const answer = answers[i]?.text ?? ''
    const turned = answer.split(' ').reverse().join(' ')
    return [
      { id: `${i}`, request, answer, hallucinated: false },
      { id: `${i} turned`, request, answer: turned, hallucinated: true },
    ]
  })
  const long = { id: 'long', request: 'x '.repeat(9000), answer: 'a', hallucinated: true }
  const found = await calibrateLikelihood(model, { file: 'mine', rows: [...rows, long] })
  expect(found).toMatchObject({ hallucinated: 3, others: 3, tooLong: 1, area: 1, interval: [expect.any(Number), 1] })
  expect(found.means.others).toBeGreaterThan(found.means.hallucinated)
  await expect(calibrateLikelihood(model, { file: 'mine', rows: [long] })).rejects.toMatchObject({
    code: 'data-invalid',
    where: 'mine',
  })
})
