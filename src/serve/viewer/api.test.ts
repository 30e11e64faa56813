import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type StudiedStore, studiedStore } from '../../../test/support/studied-store.ts'
import { openStore } from '../../store/index.ts'
import { planStudy } from '../../study/index.ts'
import { type RunningViewer, startViewer } from './start.ts'
import { ComparisonView, Failure, SamplePage, SampleView, ServerView, Studies, StudyView, Tallies } from './wire.ts'

const pages = mkdtempSync(join(tmpdir(), 'plimsoll-pages-'))
writeFileSync(join(pages, 'index.html'), '<!doctype html><title>the one page</title>')
let studied: StudiedStore
let viewer: RunningViewer
let run: string
let method: string
beforeAll(async () => {
  studied = await studiedStore()
  run = studied.result.run
  method = studied.result.conditions.find(({ role }) => role === 'method')?.name ?? ''
  viewer = await startViewer({ store: studied.file, pages, port: 0 })
}, 600_000)
afterAll(async () => {
  await viewer[Symbol.asyncDispose]()
  studied[Symbol.dispose]()
  rmSync(pages, { recursive: true, force: true })
})

const ask = (path: string, init?: RequestInit) => fetch(`${viewer.url}${path}`, init)
const get = async (path: string, query: Record<string, string> = {}): Promise<unknown> =>
  (await ask(`${path}?${new URLSearchParams(query)}`)).json()
const byName = (a: { condition: string }, b: { condition: string }) => a.condition.localeCompare(b.condition)
const nats = (written = '') => Number(written.replace('−', '-'))
const refused = async (response: Response) => ({
  status: response.status,
  message: Failure.parse(await response.json()).error.message,
})
const label = (body: unknown, init: RequestInit = {}) =>
  ask(`/api/runs/${run}/labels`, {
    method: 'PUT',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
    ...init,
  })

describe('what it tells', () => {
  it('lists the runs of the store with their verdicts', async () => {
    const { runs, store } = Studies.parse(await get('/api/studies'))
    expect(store).toBe(studied.file)
    expect(runs).toMatchObject([{ study: 'demo', run, model: 'organism', state: 'finished' }])
    expect(runs[0]?.verdicts.map(({ condition }) => condition)).toEqual([method])
    const references = studied.result.conditions.filter(({ role }) => role === 'reference')
    expect(references.map(({ name }) => name)).toContain('random')
    expect(runs[0]?.references.toSorted(byName)).toEqual(
      references.map(({ name, verdict }) => ({ condition: name, verdict })).toSorted(byName),
    )
  })

  it('says that no model is served where there is only a store', async () => {
    expect(ServerView.parse(await get('/api/server'))).toEqual({ model: null })
  })

  it('gives the newest run of a study, or the one that is named, whole', async () => {
    const view = StudyView.parse(await get('/api/studies/demo'))
    expect(view.result).toEqual(JSON.parse(JSON.stringify(studied.result)))
    expect(view.conditions[0]).toBe(method)
    expect(view.conditions).not.toContain('baseline')
    expect(StudyView.parse(await get('/api/studies/demo', { run: run.slice(0, 8) })).status.run).toBe(run)
    expect(await refused(await ask('/api/studies/demo?run=ffff'))).toMatchObject({ status: 404 })
    expect(await refused(await ask('/api/studies/other'))).toMatchObject({ status: 404 })
  })

  it('counts answers as the result does, suite by suite', async () => {
    const { conditions } = studied.result
    for (const { name, axes, role } of conditions.filter(one => one.role === 'method' || one.role === 'reference')) {
      const { tallies, note } = Tallies.parse(await get(`/api/runs/${run}/tallies`, { condition: name }))
      expect(note).toBeNull()
      const suites = Object.values(axes).flatMap(axis => axis.suites)
      const told = suites.filter(({ suite }) => tallies.some(one => one.suite === suite))
      expect(told.length, role).toBeGreaterThan(2)
      for (const { suite, lost, gained } of told) {
        const of = (change: string) =>
          tallies.filter(one => one.suite === suite && one.change === change).reduce((sum, { n }) => sum + n, 0)
        expect({ suite, lost: of('lost'), gained: of('gained') }).toEqual({ suite, lost, gained })
      }
    }
  })

  it('tells of choices which was likeliest, what each had, and that no person labels them', async () => {
    const query = { condition: method, axis: 'general' }
    const { rows } = SamplePage.parse(await get(`/api/runs/${run}/samples`, query))
    const [row] = rows.filter(({ before }) => before === 'right' || before === 'wrong')
    if (row === undefined) throw new Error('The demonstration asks no choices')
    expect(row.prompt).not.toBe('')
    const { suite, sample } = row
    const view = SampleView.parse(await get(`/api/runs/${run}/sample`, { condition: method, suite, sample }))
    expect(view).toMatchObject({ axis: 'general', asks: null, again: null })
    for (const side of [view.baseline, view.steered]) {
      expect(['right', 'wrong']).toContain(side.class)
      const said = side.rule.matchAll(/“(.+?)” (−?\d+\.\d\d)/g)
      const [likeliest] = [...said].toSorted((a, b) => nats(b[2]) - nats(a[2]))
      expect(side.text.trim()).toBe(likeliest?.[1])
    }
    const { chunk, position } = view
    expect(await refused(await label({ chunk, position, class: 'refused' }))).toMatchObject({ status: 404 })
  })

  it('lists answers a page at a time, by every filter, as many as were counted', async () => {
    const { tallies, templates } = Tallies.parse(await get(`/api/runs/${run}/tallies`, { condition: method }))
    const all = tallies.reduce((sum, { n }) => sum + n, 0)
    const list = async (query: Record<string, string>) =>
      SamplePage.parse(await get(`/api/runs/${run}/samples`, { condition: method, limit: '200', ...query })).rows
    const rows = await list({})
    expect(rows).toHaveLength(all)
    expect(new Set(rows.map(({ suite, sample }) => `${suite} ${sample}`)).size).toBe(all)
    const pieces = [await list({ limit: '7' }), await list({ offset: '7', limit: '7' })].flat()
    expect(pieces).toEqual(rows.slice(0, 14))
    const robust = await list({ axis: 'robustness', change: 'lost' })
    expect(robust).toEqual(rows.filter(({ suite, change }) => suite.includes('templates') && change === 'lost'))
    const complied = await list({ class: 'complied' })
    expect(complied).toEqual(rows.filter(({ after }) => after === 'complied'))
    const [template = ''] = templates
    expect(templates.length).toBeGreaterThan(1)
    expect(await list({ template })).toEqual(rows.filter(row => row.template === template))
    const word = rows[3]?.prompt.slice(-12) ?? ''
    expect((await list({ text: word.toUpperCase() })).map(({ sample }) => sample)).toContain(rows[3]?.sample)
    expect(await list({ labelled: 'yes' })).toEqual([])
  })

  it('shows one answer beside the baseline’s, with the words that decided', async () => {
    const { rows } = SamplePage.parse(await get(`/api/runs/${run}/samples`, { condition: method, change: 'lost' }))
    const [first] = rows
    const row = { condition: method, suite: first?.suite ?? '', sample: first?.sample ?? '' }
    const view = SampleView.parse(await get(`/api/runs/${run}/sample`, row))
    expect(view).toMatchObject({ change: 'lost', condition: method, id: row.sample, label: null })
    expect([view.baseline.class, view.steered.class]).toEqual([first?.before, first?.after])
    expect(view.steered.text).toContain(view.steered.evidence)
    await using store = await openStore(studied.file)
    const kept = (await store.chunk(view.chunk))?.[view.position]
    expect(kept).toMatchObject({ sample: row.sample, answer: view.steered.text })
    expect(kept?.rendered).toContain(view.prompt)
  })

  it('compares two conditions', async () => {
    const sides = { aRun: run, a: method, bRun: run, b: 'prompt' }
    const { a, b, suites } = ComparisonView.parse(await get('/api/compare', sides))
    expect([a.condition, b.condition]).toEqual([method, 'prompt'])
    expect(suites.length).toBeGreaterThan(3)
    expect(await refused(await ask(`/api/compare?${new URLSearchParams({ ...sides, b: method })}`))).toMatchObject({
      status: 400,
    })
  })
})

it('keeps a label beside the judge’s class, as one of an answer that was picked', async () => {
  const query = { condition: method, change: 'lost' }
  const { rows } = SamplePage.parse(await get(`/api/runs/${run}/samples`, query))
  const row = { condition: method, suite: rows[0]?.suite ?? '', sample: rows[0]?.sample ?? '' }
  const before = SampleView.parse(await get(`/api/runs/${run}/sample`, row))
  const at = { chunk: before.chunk, position: before.position }
  expect((await label({ ...at, class: 'partial' })).status).toBe(204)
  const after = SampleView.parse(await get(`/api/runs/${run}/sample`, row))
  expect(after).toEqual({ ...before, label: 'partial' })
  const listed = await get(`/api/runs/${run}/samples`, { condition: method, labelled: 'yes' })
  expect(SamplePage.parse(listed).rows).toMatchObject([{ sample: row.sample, label: 'partial' }])
  await using store = await openStore(studied.file)
  expect(await store.labels(run)).toEqual([{ ...at, class: 'partial', how: 'chosen' }])
  expect((await label({ ...at, class: null })).status).toBe(204)
  expect(await store.labels(run)).toEqual([])
})

describe('what it refuses', () => {
  it.each([
    ['a class that is none', { class: 'harmful' }],
    ['an answer of no run', { chunk: 'ffff' }],
    ['a place beyond the chunk', { position: 10_000 }],
    ['a place that is no number', { position: 'one' }],
    ['more than it asks for', { run: 'another' }],
  ])('%s as a label', async (_what, wrong) => {
    const response = await label({ chunk: 'k', position: 0, class: 'refused', ...wrong })
    expect([400, 404]).toContain(response.status)
    await using store = await openStore(studied.file)
    expect(await store.labels(run)).toEqual([])
  })

  it.each(['limit=0', 'limit=9999', 'offset=-1', 'offset=x', 'change=worse', 'axis=all', 'labelled=maybe', 'class='])(
    'a list by %s',
    async wrong => {
      const path = `/api/runs/${run}/samples?condition=${encodeURIComponent(method)}&${wrong}`
      expect(await refused(await ask(path))).toMatchObject({ status: 400 })
    },
  )

  it('bodies that are no JSON, or long', async () => {
    expect((await label(null, { headers: { 'content-type': 'text/plain' } })).status).toBe(415)
    expect((await label(null, { body: '{' })).status).toBe(400)
    expect((await label({ chunk: 'x'.repeat(9000), position: 0, class: 'refused' })).status).toBe(413)
  })

  it('names under which other sites could point here, and their pages', async () => {
    const { port } = new URL(viewer.url)
    // fetch sets the host by itself.
    const named = await rawStatus(port, ['GET /api/studies HTTP/1.1', 'Host: rebound.example'])
    expect(named).toBe(403)
    expect(await rawStatus(port, ['GET / HTTP/1.1', 'Host: 127.0.0.1.example'])).toBe(403)
    expect(await rawStatus(port, ['GET /api/studies HTTP/1.1', `Host: localhost:${port}`])).toBe(200)
    expect((await ask('/api/studies', { headers: { origin: 'https://example.org' } })).status).toBe(403)
    expect((await ask('/api/studies', { headers: { origin: viewer.url } })).status).toBe(200)
    expect(
      await rawStatus(port, ['GET /api/studies HTTP/1.1', `Host: localhost:${port}`, 'Sec-Fetch-Site: cross-site']),
    ).toBe(403)
    const answer = await ask('/api/studies', { headers: { origin: viewer.url } })
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
  })

  it('paths that leave the folder of the pages, and those of no API', async () => {
    for (const path of ['/..%2f..%2fetc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/studies/demo'])
      expect(await (await ask(path)).text()).toContain('the one page')
    expect((await ask('/assets/none.js')).status).toBe(404)
    expect(await refused(await ask('/api/none'))).toMatchObject({ status: 404 })
    expect(await refused(await ask('/api/studies', { method: 'DELETE' }))).toMatchObject({ status: 404 })
  })
})

it('sends headers that allow no script but its own, no frame, and nothing from elsewhere', async () => {
  for (const path of ['/', '/api/studies', '/api/none']) {
    const { headers } = await ask(path)
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    )
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
  }
})

it('shows a store that is not there yet as empty, makes none, and follows a run in it', async () => {
  const file = join(pages, 'later.db')
  await using early = await startViewer({ store: file, pages, port: 0 })
  const studies = async () => Studies.parse(await (await fetch(`${early.url}/api/studies`)).json())
  expect(await studies()).toEqual({ store: file, runs: [], starts: null })
  const none = await fetch(`${early.url}/api/studies/demo`)
  expect(Failure.parse(await none.json()).error.fix).toBe('Run a study first: plimsoll demo')
  expect(await studies()).toEqual({ store: file, runs: [], starts: null })
  await using store = await openStore(file)
  const { study: plan } = await planStudy({ study: 'demo' })
  await store.startRun({ hash: 'abc', study: 'demo', plan, engine: {}, started: new Date().toISOString() })
  expect((await studies()).runs).toMatchObject([{ run: 'abc', state: 'interrupted', verdicts: [] }])
  const view = StudyView.parse(await (await fetch(`${early.url}/api/studies/demo`)).json())
  expect(view).toMatchObject({ result: null, unreadable: null, conditions: [] })
  const counted = await fetch(`${early.url}/api/runs/abc/tallies?condition=x`)
  expect(Tallies.parse(await counted.json()).tallies).toEqual([])
})

async function rawStatus(port: string, lines: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1', () => {
      socket.write(`${lines.join('\r\n')}\r\nConnection: close\r\n\r\n`)
    })
    let text = ''
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
    socket.on('end', () => resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1])))
    socket.on('error', reject)
  })
}
