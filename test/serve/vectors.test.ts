/** Vectors come, go and change their names while the server runs; what studies found of them is said. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseVector, vectorBytes } from '../../src/steer/index.ts'
import { messages, type Subject, serveOrganism } from './server.ts'

let subject: Subject
beforeAll(async () => {
  subject = await serveOrganism()
})
afterAll(() => subject[Symbol.asyncDispose]())

const upload = (name: string, bytes: Uint8Array) =>
  subject.get(`/v1/vectors?name=${encodeURIComponent(name)}`, { method: 'POST', body: new Uint8Array(bytes) })
const names = async () => {
  const { body } = await subject.get('/v1/vectors')
  return body
}

test('a vector is uploaded, used, renamed, made default, downloaded and removed', async () => {
  expect(await upload('second', subject.bytes)).toMatchObject({
    status: 201,
    body: { name: 'second', method: 'diffmean', edit: 'add', default_strength: null, measured: [] },
  })
  expect(await names()).toMatchObject({ data: [{ name: 'compliance' }, { name: 'second' }] })
  await subject.send('PUT', '/v1/steering/default', { steering: [{ vector: 'second', strength: 2 }] })
  expect(await subject.send('PATCH', '/v1/vectors/second', { name: 'third' })).toMatchObject({
    status: 200,
    body: { name: 'third', default_strength: 2 },
  })
  expect((await subject.get('/v1/vectors/second')).status).toBe(404)
  const chat = await subject.send('POST', '/v1/chat/completions', { model: 'default', messages, max_tokens: 1 })
  expect(chat.body).toMatchObject({
    plimsoll: {
      steering: [{ vector: 'third', strength: 2, verdict: null }],
      warnings: ['third was never measured on this model: run a study.'],
    },
  })
  const file = await fetch(`${subject.server.url}/v1/vectors/third/file`)
  expect(parseVector(new Uint8Array(await file.arrayBuffer()))).toEqual(parseVector(subject.bytes))
  expect(await subject.get('/v1/vectors/third', { method: 'DELETE' })).toMatchObject({ status: 409 })
  await subject.send('PUT', '/v1/steering/default', { steering: [] })
  expect(await subject.get('/v1/vectors/third', { method: 'DELETE' })).toMatchObject({
    status: 200,
    body: { name: 'third', deleted: true },
  })
  expect(await names()).toMatchObject({ data: [{ name: 'compliance' }] })
})

test('what is no vector of this model is refused', async () => {
  const other = vectorBytes({
    ...subject.vector,
    provenance: { ...subject.vector.provenance, model: { ...subject.vector.provenance.model, fingerprint: 'other' } },
  })
  expect(await upload('other', other)).toMatchObject({ status: 400, body: { error: { code: 'vector-mismatch' } } })
  expect(await upload('broken', subject.bytes.subarray(0, 100))).toMatchObject({ status: 400 })
  expect(await upload('empty', new Uint8Array())).toMatchObject({ status: 400 })
  expect(await upload('compliance', subject.bytes)).toMatchObject({ status: 409 })
  for (const name of ['../up', 'a/b', 'a+b', 'a@1', '', '.hidden', 'x'.repeat(65)]) {
    expect(await upload(name, subject.bytes)).toMatchObject({ status: 400, body: { error: { param: 'name' } } })
  }
  expect(await names()).toMatchObject({ data: [{ name: 'compliance' }] })
})
