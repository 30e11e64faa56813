/** A vector that a study fitted is taken out of the store, served, and known for what the study found of it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { storedName } from '../../src/serve/viewer/stored-name.ts'
import { Failure, ServedVector, Vectors } from '../../src/serve/viewer/wire.ts'
import { openStore } from '../../src/store/index.ts'
import { savedVector } from '../../src/study/saved-vectors.ts'
import { explored, type StudiedStore, studiedStore } from '../support/studied-store.ts'
import { messages, type Subject, serveOrganism } from './server.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-stored-vectors-'))
let studied: StudiedStore
let subject: Subject
let name: string
let condition: string
beforeAll(async () => {
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Plimsoll</title>')
  studied = await studiedStore(explored)
  subject = await serveOrganism({ store: studied.file, pages: folder })
  const { study, run, conditions } = studied.result
  condition = conditions.find(({ role }) => role === 'method')?.name ?? ''
  name = storedName({ study, run, condition })
}, 600_000)
afterAll(async () => {
  await subject?.[Symbol.asyncDispose]()
  studied?.[Symbol.dispose]()
  rmSync(folder, { recursive: true, force: true })
})

test('the store offers the vectors that studies of this model fitted', async () => {
  const { served, stored } = Vectors.parse((await subject.get('/api/vectors')).body)
  expect(served).toMatchObject([{ name: 'compliance', method: 'diffmean', known: [] }])
  expect(stored).toEqual([{ name, study: 'demo', run: studied.result.run, condition, strength: 2 }])
})

test('one is taken, steers as it did in its study, and what was found of it is known', async () => {
  const taken = await subject.send('POST', '/api/vectors', { name })
  expect(taken.status).toBe(201)
  const { known } = ServedVector.parse(taken.body)
  const found = studied.result.conditions.find(one => one.name === condition)
  expect(known.map(({ how, strength, verdict }) => [how, strength, verdict])).toEqual([
    ['tested', 2, found?.verdict],
    ['explored', 1, null],
    ['explored', 2, null],
    ['explored', 4, null],
  ])
  expect(known[0]?.axes.robustness?.state).toBe(found?.axes.robustness.state)
  expect(await subject.send('POST', '/api/vectors', { name })).toEqual({ ...taken, headers: expect.anything() })
  const asked = { model: 'default', messages, max_tokens: 4, temperature: 0, steering: [{ vector: name, strength: 2 }] }
  expect(await subject.send('POST', '/v1/chat/completions', asked)).toMatchObject({
    status: 200,
    body: { plimsoll: { steering: [{ vector: name, strength: 2, verdict: found?.verdict }] } },
  })
})

test('what a study found that ended elsewhere is known as soon as vectors are looked at', async () => {
  const { run, time } = studied.result
  const file = join(folder, 'later.db')
  const { vector } = await (async () => {
    await using whole = await openStore(studied.file)
    return { vector: await savedVector(whole, run, condition) }
  })()
  if (vector === null) throw new Error('the study kept no vector')
  await using later = await openStore(file)
  await using server = await serveOrganism({ store: file, vectors: [{ name: 'mine', vector }] })
  const measured = async (path: string) => JSON.stringify((await server.get(path)).body).includes('"study":"demo"')
  expect(await measured('/v1/vectors')).toBe(false)
  await later.startRun({ hash: run, study: 'demo', plan: {}, engine: {}, started: time.started })
  await later.finishRun(run, time.finished, studied.result)
  expect(await measured('/v1/vectors')).toBe(true)
  expect(await measured('/v1/vectors/mine')).toBe(true)
})

test('one that is not there is refused with a way out, and so is what is no name', async () => {
  const missing = await subject.send('POST', '/api/vectors', { name: 'demo.other.00000000' })
  expect(missing.status).toBe(404)
  expect(Failure.parse(missing.body).error.fix).toContain('--vector')
  for (const body of [{}, { name: '' }, { name: 'x'.repeat(65) }, { name, path: '/etc/passwd' }])
    expect((await subject.send('POST', '/api/vectors', body)).status).toBe(400)
})
