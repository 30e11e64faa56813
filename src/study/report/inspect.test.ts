import { expect, test } from 'vitest'
import { resultFixture, samplesFixture } from '../../../test/support/result-fixture.ts'
import { inspectLogs } from './inspect.ts'

const result = resultFixture(['over'])
const samples = [...samplesFixture(result)]

async function read(text: AsyncIterable<string>) {
  let all = ''
  for await (const piece of text) all += piece
  return JSON.parse(all)
}

test('a log for each condition, each with its own answers', async () => {
  const logs = inspectLogs(result, () => samples)
  expect(logs).toHaveLength(result.conditions.length)
  expect(new Set(logs.map(({ name }) => name)).size).toBe(logs.length)
  for (const [i, { name, text }] of logs.entries()) {
    expect(name).toMatch(/^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\+00-00_[\w-]+_[0-9a-f]{22}\.json$/)
    const condition = result.conditions[i]
    const log = await read(text)
    expect(log).toMatchObject({ version: 2, status: 'success', eval: { metadata: { condition: condition?.name } } })
    if (condition?.role === 'baseline') continue
    const own = samples.filter(sample => sample.condition === condition?.name)
    expect(log.eval.dataset.samples).toBe(own.length)
    expect(log.results).toMatchObject({ total_samples: own.length, completed_samples: own.length })
    expect(log.samples.map((sample: { output: { choices: unknown[] } }) => sample.output.choices[0])).toMatchObject(
      own.map(({ steered }) => ({ message: { content: steered.text } })),
    )
  }
})

test('the baseline’s log has the unsteered answers', async () => {
  const at = result.conditions.findIndex(({ role }) => role === 'baseline')
  const log = await read(inspectLogs(result, () => samples)[at]?.text ?? (async function* () {})())
  expect(log.samples.length).toBeGreaterThan(0)
  expect(log.samples[0].scores).toMatchObject({ class: { value: samples[0]?.baseline.class } })
  expect(log.samples[0].scores).not.toHaveProperty('change')
})

test('what was asked is what the model saw, where that is not the request between two halves', async () => {
  const at = result.conditions.findIndex(({ role }) => role === 'method')
  const [first] = samples.filter(sample => sample.condition === result.conditions[at]?.name)
  if (first === undefined) throw new Error('the fixture has no sample of a method')
  const coded = { ...first, template: { id: 'base64', before: '', after: '', as: 'aG93' } }
  const log = await read(inspectLogs(result, () => [coded])[at]?.text ?? (async function* () {})())
  expect(log.samples[0]).toMatchObject({ input: 'aG93', messages: [{ role: 'user', content: 'aG93' }, {}] })
})
