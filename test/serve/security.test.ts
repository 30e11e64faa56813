/** Who may ask, and what nobody may. */
import { request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openModel } from '../../src/models/index.ts'
import { startServer } from '../../src/serve/index.ts'
import { codeOf } from '../engine/contract/subject.ts'
import { messages, type Subject, serveOrganism } from './server.ts'

let open: Subject
let locked: Subject
beforeAll(async () => {
  open = await serveOrganism()
  locked = await serveOrganism({ apiKeys: ['first key', 'second key'], corsOrigins: ['https://pages.example'] })
})
afterAll(() => Promise.all([open, locked].map(subject => subject[Symbol.asyncDispose]())))

const chat = { model: 'default', messages, max_tokens: 1 }

/** `fetch` lets nobody choose these headers. */
function statusWith(subject: Subject, headers: Readonly<Record<string, string>>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(`${subject.server.url}/v1/models`, { headers }, response => {
      response.resume()
      resolve(response.statusCode)
    })
      .on('error', reject)
      .end()
  })
}

test('with keys, nobody is answered without one of them', async () => {
  const ask = (authorization?: string) =>
    locked.send('POST', '/v1/chat/completions', chat, authorization === undefined ? {} : { authorization })
  for (const wrong of [undefined, 'Bearer third key', 'Bearer first', 'Basic first key', 'first key', 'Bearer ']) {
    expect(await ask(wrong)).toMatchObject({ status: 401, body: { error: { code: 'invalid_api_key' } } })
  }
  for (const right of ['Bearer first key', 'bearer second key']) expect((await ask(right)).status).toBe(200)
  for (const path of ['/v1/models', '/v1/vectors', '/metrics', '/openapi.json', '/nothing']) {
    expect((await locked.get(path)).status).toBe(401)
  }
  for (const path of ['/healthz', '/readyz']) expect((await locked.get(path)).status).toBe(200)
})

test('an address that others can reach takes a key', async () => {
  await using model = await openModel('organism', { threads: 1 })
  expect(await codeOf(startServer(model, { host: '0.0.0.0', port: 0 }))).toBe('usage')
  await using server = await startServer(model, { host: '0.0.0.0', port: 0, apiKeys: ['key'] })
  expect(server.url).toMatch(/^http:\/\/0\.0\.0\.0:\d+$/)
})

test('a name that was made to point here is not answered', async () => {
  expect(await statusWith(open, { host: 'evil.example' })).toBe(403)
  expect(await statusWith(open, { host: 'evil.example:80' })).toBe(403)
  expect(await statusWith(open, { host: 'localhost:1' })).toBe(200)
  expect(await statusWith(open, { host: '[::1]' })).toBe(200)
})

test('behind a proxy, where a key is needed, any name is answered', async () => {
  const authorization = 'Bearer first key'
  expect(await statusWith(locked, { host: 'api.example.org', authorization })).toBe(200)
  expect(await statusWith(locked, { host: 'api.example.org' })).toBe(401)
})

test('pages of other sites may not ask, those that were named may', async () => {
  const own = open.server.url
  expect(await statusWith(open, { origin: own, host: new URL(own).host })).toBe(200)
  for (const origin of ['https://evil.example', 'null', 'http://localhost:1']) {
    expect(await statusWith(open, { origin })).toBe(403)
  }
  const preflight = (origin: string) =>
    locked.get('/v1/chat/completions', {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type,x-stainless-os',
      },
    })
  const allowed = await preflight('https://pages.example')
  expect(allowed.status).toBe(204)
  expect(allowed.headers.get('access-control-allow-origin')).toBe('https://pages.example')
  expect(allowed.headers.get('access-control-allow-headers')).toBe('authorization,content-type,x-stainless-os')
  const answered = await locked.get('/v1/models', { headers: { origin: 'https://pages.example' } })
  expect(answered.headers.get('access-control-expose-headers')).toContain('retry-after')
  const refused = await preflight('https://evil.example')
  expect(refused.status).toBe(403)
  expect(refused.headers.get('access-control-allow-origin')).toBeNull()
})

test('what a page can send without asking first is no request', async () => {
  const body = JSON.stringify(chat)
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'text/plain; application/json']) {
    const { status } = await open.get('/v1/chat/completions', {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    })
    expect(status).toBe(415)
  }
})

test('answers and errors carry the headers that keep a browser out of trouble', async () => {
  for (const path of ['/v1/models', '/nothing']) {
    const { headers } = await open.get(path)
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('access-control-allow-origin')).toBeNull()
  }
})

test('a body that is too long is not read to its end', async () => {
  const long = { ...chat, messages: [{ role: 'user', content: 'x'.repeat(3 << 20) }] }
  expect((await open.send('POST', '/v1/chat/completions', long)).status).toBe(413)
})

test('an error tells nothing of the machine', async () => {
  const { body } = await open.send('POST', '/v1/chat/completions', { ...chat, model: '/etc/passwd' })
  expect(JSON.stringify(body)).not.toMatch(/node_modules|\.ts|organism\.gguf/)
})
