/** Many at once, callers that leave, time that runs out, engines that die, servers that are stopped. */
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { type ServeOptions, startServer } from '../../src/serve/index.ts'
import { messages, type Subject, serveModel, serveOrganism } from './server.ts'

const organism = fileURLToPath(new URL('../../models/organism/organism.gguf', import.meta.url))

let subject: Subject | null = null
afterEach(async () => {
  await subject?.[Symbol.asyncDispose]()
  subject = null
})

async function serve(options: ServeOptions = {}): Promise<Subject> {
  subject = await serveOrganism(options)
  return subject
}

/** As long an answer as the organism has room for: its end is forbidden. */
async function long({ server }: Subject) {
  const [end] = await server.service.model.tokenize('<|end|>', { special: 'parse' })
  return { model: 'default', messages, max_tokens: 480, logit_bias: { [String(end)]: -100 } }
}

async function generated({ get }: Subject): Promise<number> {
  const { body } = await get('/metrics')
  const lines = z.string().parse(body).split('\n')
  return lines
    .filter(line => line.startsWith('plimsoll_tokens_total{kind="generated"'))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
}

test('too many are told when to come again, and the others are answered', async () => {
  const served = await serve({ parallel: 2, queue: 3 })
  const body = { ...(await long(served)), max_tokens: 30 }
  const answers = await Promise.all(Array.from({ length: 12 }, () => served.send('POST', '/v1/chat/completions', body)))
  const statuses = answers.map(({ status }) => status)
  // Whoever came first is in progress or waits; how many of the rest found room depends on nothing but the order.
  expect(statuses.filter(status => status === 200).length).toBeGreaterThanOrEqual(5)
  const refused = answers.filter(({ status }) => status === 429)
  expect(refused.length + statuses.filter(status => status === 200).length).toBe(12)
  expect(refused.length).toBeGreaterThan(0)
  for (const { headers, body: error } of refused) {
    expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    expect(error).toMatchObject({ error: { type: 'rate_limit_error', code: 'queue_full' } })
  }
})

test.each(['whole', 'streamed'])('a caller that leaves is not computed for (%s)', async how => {
  const served = await serve()
  const body = JSON.stringify({ ...(await long(served)), n: 4, stream: how === 'streamed' })
  const leave = new AbortController()
  const asked = fetch(`${served.server.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    signal: leave.signal,
  }).then(async response => {
    for await (const _ of response.body ?? []) leave.abort()
  })
  asked.catch(() => undefined)
  const { queue } = served.server.service
  while (queue.running === 0) await new Promise(setImmediate)
  if (how === 'whole') leave.abort()
  await asked.catch(() => undefined)
  await queue.empty()
  // What is finished is counted; this was cut short.
  expect(await generated(served)).toBe(0)
  await served.send('POST', '/v1/chat/completions', { model: 'default', messages, max_tokens: 3, temperature: 0 })
  expect(await generated(served)).toBe(3)
})

test('a request that takes too long ends, and says so', async () => {
  const served = await serve({ timeLimit: 0.001 })
  const whole = await served.send('POST', '/v1/chat/completions', await long(served))
  expect(whole).toMatchObject({ status: 408, body: { error: { code: 'time_limit', type: 'timeout_error' } } })
  expect(whole.headers.get('x-should-retry')).toBe('false')
})

/** Processes that this one started. */
function children(): number[] {
  return readdirSync('/proc/self/task').flatMap(task =>
    readFileSync(`/proc/self/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  )
}

test.runIf(process.platform === 'linux')(
  'an engine that ends fails its requests and is followed by another',
  async () => {
    const before = new Set(children())
    const served = await serve()
    const engine = children().filter(pid => !before.has(pid))
    expect(engine).toHaveLength(1)
    const { queue } = served.server.service
    const body = await long(served)
    const asked = [
      served.send('POST', '/v1/chat/completions', body),
      served.get('/v1/chat/completions', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...body, stream: true }),
      }),
    ]
    while (queue.running < 2) await new Promise(setImmediate)
    process.kill(engine[0] ?? 0, 'SIGSEGV')
    const [whole, streamed] = await Promise.all(asked)
    expect(whole).toMatchObject({ status: 500, body: { error: { type: 'server_error', code: 'engine-crashed' } } })
    expect(whole?.headers.get('x-should-retry')).toBe('false')
    expect(JSON.stringify(whole?.body)).not.toContain('organism.gguf')
    // It may have been told before or after its first token.
    expect(JSON.stringify(streamed?.body)).toContain('engine-crashed')
    const after = await served.send('POST', '/v1/chat/completions', { model: 'default', messages, temperature: 0 })
    expect(after.status).toBe(200)
    expect((await served.get('/readyz')).status).toBe(200)
    expect((await served.get('/metrics')).body).toMatch(/plimsoll_engine_crashes_total 1\n/)
  },
)

test('a server that is stopped answers what it has begun, and takes nothing more', async () => {
  const served = await serve()
  const begun = served.send('POST', '/v1/chat/completions', await long(served))
  while (served.server.service.queue.running === 0) await new Promise(setImmediate)
  const stopped = served.server.stop(60_000)
  expect(served.server.service.state).toBe('stopping')
  expect(await begun).toMatchObject({ status: 200, body: { usage: { completion_tokens: 480 } } })
  await stopped
  await expect(served.get('/healthz')).rejects.toThrow()
})

test.runIf(process.platform === 'linux')(
  'an engine that does not start again is tried until it does, and meanwhile nothing is ready',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-restart-'))
    const file = join(folder, 'model.gguf')
    copyFileSync(organism, file)
    const before = new Set(children())
    const errors: unknown[] = []
    subject = await serveModel(file, 5, { onError: error => errors.push(error) })
    const [engine = 0] = children().filter(pid => !before.has(pid))
    renameSync(file, `${file}.away`)
    process.kill(engine, 'SIGKILL')
    const ask = async () =>
      await subject?.send('POST', '/v1/chat/completions', { model: 'default', messages, max_tokens: 1 })
    expect(await ask()).toMatchObject({ status: 500 })
    expect((await subject.get('/readyz')).status).toBe(503)
    await vi.waitFor(() => expect(errors).not.toHaveLength(0), 10_000)
    renameSync(`${file}.away`, file)
    await vi.waitFor(async () => expect((await subject?.get('/readyz'))?.status).toBe(200), {
      timeout: 20_000,
      interval: 200,
    })
    expect(await ask()).toMatchObject({ status: 200 })
    rmSync(folder, { recursive: true, force: true })
  },
)

test('an error in the middle of a stream is told on both sides', async () => {
  const before = new Set(children())
  const errors: unknown[] = []
  const served = await serve({ onError: error => errors.push(error) })
  const [engine = 0] = children().filter(pid => !before.has(pid))
  const response = await fetch(`${served.server.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...(await long(served)), stream: true }),
  })
  process.kill(engine, 'SIGSEGV')
  expect(await response.text()).toContain('engine-crashed')
  expect(errors).toEqual([expect.objectContaining({ code: 'engine-crashed' })])
})

/** Asks for far more than a socket holds, and reads none of it. */
async function askAndLookAway(served: Subject): Promise<Socket> {
  const body = JSON.stringify({ ...(await long(served)), n: 8, stream: true, logprobs: true, top_logprobs: 20 })
  const socket = connect(Number(new URL(served.server.url).port), '127.0.0.1')
  socket.pause()
  socket.on('error', () => undefined)
  socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  )
  const { queue } = served.server.service
  while (queue.running === 0) await new Promise(setImmediate)
  return socket
}

test('a reader that stops reading keeps nobody from a turn, and a server from stopping for no longer than its patience', async () => {
  const served = await serve({ parallel: 8 })
  const socket = await askAndLookAway(served)
  // Everything is computed, however little of it is read.
  await served.server.service.queue.empty()
  expect(
    (await served.send('POST', '/v1/chat/completions', { model: 'default', messages, max_tokens: 2 })).status,
  ).toBe(200)
  await served.server.stop(100)
  socket.destroy()
})

test('any limit of time that can be said can be kept', async () => {
  for (const timeLimit of [16.1, 3_000_000, 10_000_000]) {
    await using served = await serveOrganism({ timeLimit })
    const asked = { model: 'default', messages, max_tokens: 2 }
    expect((await served.send('POST', '/v1/chat/completions', asked)).status).toBe(200)
  }
})

test('a server that may not wait cuts what it has begun short', async () => {
  const served = await serve()
  const begun = served.send('POST', '/v1/chat/completions', { ...(await long(served)), n: 8 })
  while (served.server.service.queue.running === 0) await new Promise(setImmediate)
  await served.server.stop(0)
  expect(await begun).toMatchObject({ status: 503, body: { error: { type: 'server_error' } } })
})

test('what callers do in the middle of things is no fault of the server', async () => {
  const errors: unknown[] = []
  const served = await serve({ onError: error => errors.push(error) })
  const { port } = new URL(served.server.url)
  const { queue } = served.server.service
  for (let i = 0; i < 5; i++) {
    const leave = new AbortController()
    const response = await fetch(`${served.server.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...(await long(served)), stream: true }),
      signal: leave.signal,
    })
    const reader = response.body?.getReader()
    await reader?.read()
    leave.abort()
    await queue.empty()
  }
  const socket = connect(Number(port), '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write(
    'POST /v1/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"a"',
  )
  await new Promise(resolve => socket.write(' ', resolve))
  socket.destroy()
  await vi.waitFor(async () => expect((await served.get('/metrics')).body).toMatch(/status="499"/), 5000)
  expect((await served.get('/metrics')).body).not.toMatch(/status="5/)
  expect(errors).toEqual([])
})

test.each([
  [{ prompt: [1, 2, 3] }, 'prompt.0', 'tokens by number are not taken'],
  [
    { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'x' } }] }] },
    'messages.0.content.0.type',
    'only text can be read here',
  ],
  [{ messages, top_logprobs: 2 }, 'top_logprobs', 'are told where "logprobs" is true'],
  [{ messages, max_completion_tokens: 9999 }, 'max_completion_tokens', 'at most 512 tokens'],
])('a request with %j is told which part is wrong, and how', async (body, param, words) => {
  const served = await serve()
  const path = 'prompt' in body ? '/v1/completions' : '/v1/chat/completions'
  const answer = await served.send('POST', path, { model: 'default', ...body })
  expect(answer.status).toBe(400)
  expect(answer.body).toMatchObject({ error: { message: expect.stringContaining(words), param } })
})

test('two vectors of one name, and a default that none has, are told before anybody is served', async () => {
  const one = await serve()
  const { vector, server } = one
  const { model } = server.service
  const twice = [
    { name: 'one', vector },
    { name: 'one', vector },
  ]
  await expect(startServer(model, { port: 0, vectors: twice })).rejects.toMatchObject({ code: 'usage', found: 'one' })
  const standard = [{ vector: 'nope', strength: 1 }]
  await expect(startServer(model, { port: 0, standard })).rejects.toMatchObject({ code: 'usage', found: 'nope' })
})
