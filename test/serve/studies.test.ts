/** Studies that are started, stopped and resumed over the viewer's API, each in a process of its own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Failure, type StartedStudy, Studies } from '../../src/serve/viewer/wire.ts'
import { openStore } from '../../src/store/index.ts'
import { statusOf } from '../../src/study/status.ts'
import { until } from '../support/until.ts'
import { type Subject, serveOrganism } from './server.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-serve-studies-'))
const store = join(folder, 'store.db')
const text = `name: mine
study: demo
model: organism
safeguards: false
limit: 12
chunk: 4
fit: { limit: 24 }
select: { layers: [5], strengths: [1], limit: 8, explore: false }
`
let subject: Subject
const serve = () => serveOrganism({ store, pages: folder, folder })
beforeAll(async () => {
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Plimsoll</title>')
  subject = await serve()
})
afterAll(async () => {
  await subject[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const studies = async () => Studies.parse((await subject.get('/api/studies')).body)
const start = (body: unknown) => subject.send('POST', '/api/runs', body)
const refusal = async (body: unknown) => {
  const { status, body: told } = await start(body)
  return `${status} ${Failure.parse(told).error.message}`
}
const ended = (state: StartedStudy['state']) =>
  until(async () => {
    const { starts, runs } = await studies()
    if (starts?.started?.state === 'failed' && state !== 'failed') throw new Error(JSON.stringify(starts.started))
    return starts?.started?.state === state && { started: starts.started, runs }
  })
const working = () =>
  until(async () => {
    const { runs, starts } = await studies()
    if (starts?.started?.failure) throw new Error(JSON.stringify(starts.started))
    const run = runs.find(one => one.run === starts?.started?.run)
    return run?.state === 'running' && run.answers.done > 0 && run
  })

test('a study is started, stopped after its chunk, resumed, and ends', async () => {
  expect((await studies()).starts).toMatchObject({ model: 'organism', started: null })
  expect(await start({ text })).toMatchObject({ status: 202, body: { study: 'mine', state: 'running' } })
  const run = await working()
  expect(run).toMatchObject({ study: 'mine', model: 'organism', stops: true })
  expect(await refusal({ study: 'demo' })).toBe('409 mine is running, and one study is run at a time')
  expect(await subject.send('POST', `/api/runs/${run.run}/resume`, {})).toMatchObject({ status: 409 })

  expect(await subject.send('POST', `/api/runs/${run.run}/stop`, {})).toMatchObject({ status: 202 })
  const stopped = await ended('stopped')
  expect(stopped.runs).toMatchObject([{ run: run.run, state: 'interrupted', stops: false }])
  expect(stopped.started.failure).toBeNull()

  expect(await subject.send('POST', `/api/runs/${run.run}/resume`, {})).toMatchObject({ status: 202 })
  const finished = await ended('finished')
  expect(finished.runs).toMatchObject([{ run: run.run, state: 'finished', verdicts: [{ condition: 'diffmean' }] }])
  expect(existsSync(join(folder, 'plimsoll-results/mine/report.html'))).toBe(true)
})

test('a vector of the server is measured, and then it says so', async () => {
  const measured = `${text}conditions: [{ name: mine, vector: ./compliance.safetensors, strength: 1 }]\n`
  await start({ text: measured })
  await ended('finished')
  await until(async () => {
    const { body } = await subject.get('/v1/vectors/compliance')
    return JSON.stringify(body).includes('"study":"mine"')
  })
})

test('what fails says what was found and what to do', async () => {
  await start({ text: `${text}measure: { efficacy: [no/such/set] }\n` })
  const { started } = await ended('failed')
  expect(started.failure).toMatchObject({ message: expect.any(String), found: 'no/such/set', fix: expect.any(String) })
})

test('no text of a study reaches a file of the machine', async () => {
  const own = [
    'study: ./other.yaml',
    'model: /etc/passwd',
    'model: ./mine.gguf',
    'model: another',
    'conditions: [{ name: v, vector: /etc/passwd }]',
    'conditions: [{ name: v, vector: ./no-such.safetensors }]',
    'conditions: [{ name: v, vector: ./../compliance.safetensors }]',
    'conditions: [{ method: ./mine.ts }]',
    'conditions: [{ method: sta, layer: 3, parameters: { autoencoder: sae.npz } }]',
    'judge: ./mine.ts',
    'judge: [rules, { rubric: /etc/passwd }]',
    'judge: { endpoint: "http://127.0.0.1:9", model: m, keyFrom: HOME }',
    'pools: { mine: { from: [{ file: /etc/passwd }] } }',
    'fit: { positive: { file: ../own.csv } }',
    'select: { on: { target: { file: a.csv }, control: { file: b.csv } } }',
    'measure: { robustness: [{ attack: ./mine.ts, prompts: english/harmful/test }] }',
    'measure: { robustness: [{ attack: [{ chain: [base64, { attack: ./mine.ts }] }], prompts: english/harmful/test }] }',
    'measure: { robustness: [{ attack: { rewrites: { file: a.csv } }, prompts: english/harmful/test }] }',
    'measure: { efficacy: [{ prompts: { file: /etc/passwd } }] }',
  ]
  const before = readdirSync(join(folder, 'started'))
  for (const line of own) {
    const key = /^(\w+)/.exec(line)?.[1] ?? ''
    const base = key === 'study' ? '' : 'study: demo\n'
    expect(await refusal({ text: `${base}${line}\n` })).toMatch(
      new RegExp(`^400 A study that a page starts may name no file, and no other model; found ${key}`),
    )
  }
  expect(await refusal({ text: 'name: ../../up\n' })).toMatch(/^400 The study file has a problem/)
  expect(await refusal({ text: 'study: [\n' })).toMatch(/^400 The study file is no valid YAML/)
  expect(await refusal({ study: '../demo' })).toMatch(/^404/)
  expect(await refusal({ study: 'demo', text: 'study: demo' })).toMatch(/^400/)
  expect(readdirSync(join(folder, 'started'))).toEqual(before)
})

test('pages of other sites, and what is no JSON, start nothing', async () => {
  const body = JSON.stringify({ study: 'demo' })
  const post = (headers: Record<string, string>) => subject.get('/api/runs', { method: 'POST', body, headers })
  expect(await post({ 'content-type': 'text/plain' })).toMatchObject({ status: 415 })
  const json = { 'content-type': 'application/json' }
  expect(await post({ ...json, origin: 'https://example.org' })).toMatchObject({ status: 403 })
  expect(await post({ ...json, 'sec-fetch-site': 'cross-site' })).toMatchObject({ status: 403 })
  expect(await subject.send('POST', '/api/runs/no-such-run/stop', {})).toMatchObject({ status: 409 })
  expect(await subject.send('POST', '/api/runs/no-such-run/resume', {})).toMatchObject({ status: 404 })
  expect((await studies()).starts?.started?.state).not.toBe('running')
})

test('a process that a terminal began hears of Stop once, however often it is asked for', async () => {
  const script = `process.on('SIGINT', () => console.log('told'))
process.on('SIGTERM', () => process.exit())
setInterval(() => {}, 1e6)
console.log('ready')`
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (more: string) => {
    said += more
  })
  await until(async () => said === 'ready\n')
  await using held = await openStore(store)
  const began = new Date().toISOString()
  await held.startRun({ hash: 'terminal', study: 'mine', plan: {}, engine: {}, started: began })
  await held.startSession({ id: 't', run: 'terminal', host: hostname(), pid: child.pid ?? 0, began, planned: 1 })
  const run = async () => (await studies()).runs.find(one => one.run === 'terminal')
  expect(await run()).toMatchObject({ state: 'running', stops: true, stopping: false })
  for (const _time of ['once', 'twice']) {
    expect(await subject.send('POST', '/api/runs/terminal/stop', {})).toMatchObject({ status: 202 })
    await until(async () => said.includes('told'))
  }
  expect(await run()).toMatchObject({ state: 'running', stopping: true })
  // It is heard after any other of the server's.
  child.kill('SIGTERM')
  await once(child, 'close')
  expect(said).toBe('ready\ntold\n')
  expect(await run()).toMatchObject({ state: 'interrupted', stops: false, stopping: false })
})

test('a server that stops takes its study along, which can be resumed', async () => {
  await start({ text: text.replace('name: mine', 'name: another').replace('limit: 12', 'limit: 24') })
  const { run } = await working()
  await subject[Symbol.asyncDispose]()
  await using held = await openStore(store)
  const status = (await statusOf(held)).find(one => one.run === run)
  expect(status?.state).toBe('interrupted')
  subject = await serve()
  expect(await subject.send('POST', `/api/runs/${run}/resume`, {})).toMatchObject({ status: 202 })
  await working()
})
