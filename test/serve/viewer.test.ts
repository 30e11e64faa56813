/** The viewer's pages beside a model that is served. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ServerView } from '../../src/serve/viewer/wire.ts'
import { messages, type Subject, serveOrganism } from './server.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-serve-viewer-'))
const beside = { store: join(folder, 'store.db'), pages: folder }
let open: Subject
let locked: Subject
beforeAll(async () => {
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Plimsoll</title>')
  open = await serveOrganism(beside)
  locked = await serveOrganism({ ...beside, apiKeys: ['a key'] })
})
afterAll(async () => {
  await Promise.all([open, locked].map(subject => subject[Symbol.asyncDispose]()))
  rmSync(folder, { recursive: true, force: true })
})

test('every address that is none of the API is a page, with the headers of pages', async () => {
  expect(open.server.viewer).toBe(true)
  for (const path of ['/', '/studies/demo', '/v2']) {
    const page = await fetch(`${open.server.url}${path}`)
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'")
    expect(await page.text()).toContain('<title>Plimsoll</title>')
  }
  const studies = await fetch(`${open.server.url}/api/studies`)
  expect(await studies.json()).toMatchObject({ runs: [] })
})

test('the pages are told which model is served, and may ask it', async () => {
  const { info } = open.server.service.model
  const server = ServerView.parse((await open.get('/api/server')).body)
  expect(server.model).toMatchObject({ name: info.name, layers: info.layers, fingerprint: info.fingerprint })
  const headers = { origin: open.server.url, 'sec-fetch-site': 'same-origin' }
  const asked = { model: server.model?.name, messages, max_tokens: 2, temperature: 0 }
  const steered = { ...asked, steering: [{ vector: 'compliance', strength: 2 }] }
  for (const body of [asked, steered])
    expect((await open.send('POST', '/v1/chat/completions', body, headers)).status).toBe(200)
})

test('the API answers as it does alone', async () => {
  const answer = await open.send('POST', '/v1/chat/completions', { model: 'default', messages, max_tokens: 2 })
  expect(answer).toMatchObject({ status: 200, body: { object: 'chat.completion' } })
  expect(await open.get('/v1/nothing')).toMatchObject({ status: 404, body: { error: { code: 'unknown_url' } } })
  const health = await fetch(`${open.server.url}/healthz`)
  expect([health.status, health.headers.get('content-security-policy')]).toEqual([
    200,
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
  ])
})

test('where a key is needed there are no pages', async () => {
  expect(locked.server.viewer).toBe(false)
  for (const path of ['/', '/api/studies']) expect((await locked.get(path)).status).toBe(401)
})
