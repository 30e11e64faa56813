/** Vectors that are fitted by the server, on the model that it serves. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { closedForms, parseVector } from '../../src/steer/index.ts'
import { complied, messages, refused, type Subject, serveOrganism } from './server.ts'

let subject: Subject
beforeAll(async () => {
  subject = await serveOrganism()
})
afterAll(() => subject[Symbol.asyncDispose]())

const sides = { positive: complied, negative: refused }
const making = (body: object) => subject.send('POST', '/v1/fit', { ...sides, ...body })

test('what is fitted here is what the library fits', async () => {
  expect(await making({ name: 'mine', layer: 5 })).toMatchObject({
    status: 200,
    body: { name: 'mine', method: 'diffmean', layers: [5], prompts: { positive: 3, negative: 3 }, measured: [] },
  })
  const file = await fetch(`${subject.server.url}/v1/vectors/mine/file`)
  expect(parseVector(new Uint8Array(await file.arrayBuffer()))).toEqual(parseVector(subject.bytes))
  const chat = { model: 'default+mine@1', messages, max_tokens: 2, trace: true }
  expect((await subject.send('POST', '/v1/chat/completions', chat)).status).toBe(200)
})

test('every method in closed form, at a layer that is chosen where none is named', async () => {
  expect(closedForms).toContain('diffmean')
  for (const method of closedForms) {
    const { status, body } = await making({ name: `by-${method}`, method })
    expect([status, body]).toEqual([200, expect.objectContaining({ name: `by-${method}`, method })])
  }
})

test('a stream tells how far it is, and ends in the vector', async () => {
  const { status, headers, body } = await making({ name: 'streamed', stream: true })
  expect([status, headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8'])
  const events = String(body)
    .split('\n\n')
    .filter(Boolean)
    .map(event => event.replace(/^data: /, ''))
  expect(events.at(-1)).toBe('[DONE]')
  const said: unknown[] = events.slice(0, -1).map(event => JSON.parse(event))
  expect(said.at(-1)).toMatchObject({ object: 'vector', name: 'streamed' })
  expect(said.length).toBeGreaterThan(1)
  for (const event of said.slice(0, -1)) expect(event).toMatchObject({ object: 'fit.progress', total: 3 })
})

test('a caller that goes leaves no vector behind', async () => {
  const gone = new AbortController()
  const many = Array.from({ length: 1000 }, (_, i) => `how do i paint the gate for the ${i} time ?`)
  const { body } = await fetch(`${subject.server.url}/v1/fit`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'gone', positive: many, negative: refused, stream: true }),
    signal: gone.signal,
  })
  // It has begun.
  await body?.getReader().read()
  gone.abort()
  await subject.server.service.queue.empty()
  expect((await subject.get('/v1/vectors/gone')).status).toBe(404)
})

test('what cannot be fitted is refused, and leaves nothing behind', async () => {
  const before = (await subject.get('/v1/vectors')).body
  expect(await making({ name: 'compliance' })).toMatchObject({
    status: 409,
    body: { error: { code: 'vector_exists' } },
  })
  expect(await making({ name: 'a/b' })).toMatchObject({ status: 400, body: { error: { param: 'name' } } })
  expect(await making({ name: 'x', layer: 99 })).toMatchObject({ status: 400, body: { error: { param: 'layer' } } })
  expect(await making({ name: 'x', method: 'iti' })).toMatchObject({
    status: 400,
    body: { error: { param: 'method' } },
  })
  expect(await making({ name: 'x', negative: [] })).toMatchObject({
    status: 400,
    body: { error: { param: 'negative' } },
  })
  // Two sides that are the same give no direction.
  expect(await making({ name: 'x', negative: complied })).toMatchObject({ status: 400 })
  expect(await making({ name: 'x', negative: complied, stream: true })).toMatchObject({ status: 200 })
  expect((await subject.get('/v1/vectors')).body).toEqual(before)
})
