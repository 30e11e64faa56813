import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { hashOf, serve } from '../../test/support/downloads.ts'
import { addDataset, addFiles } from './add.ts'
import { filesAt, filesBeside, type PublishedFile, readManifest } from './manifest.ts'
import { upstreamSets } from './upstream.ts'

let dataDir: string
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'plimsoll-add-'))
})
afterEach(() => rm(dataDir, { recursive: true }))

const contents: Readonly<Record<string, Buffer>> = {
  'set/a.csv': Buffer.from('id,prompt\n1,Hello\n'),
  'set/deep/b.csv': Buffer.from('id,prompt\n1,Bye\n'),
}

function published(address: string): PublishedFile[] {
  return Object.entries(contents).map(([path, content]) => ({
    path,
    url: `${address}/${path}`,
    sha256: hashOf(content),
  }))
}

const upstream = () =>
  serve(({ url }, response) => {
    const content = contents[String(url).slice(1)]
    response.writeHead(content ? 200 : 404).end(content)
  })

describe('addFiles', () => {
  test('files arrive under their folders, with progress, and are not fetched twice', async () => {
    await using server = await upstream()
    const seen: number[] = []
    const onProgress = ({ done, total }: { done: number; total: number }) => seen.push(done / total)
    const first = await addFiles(published(server.address), { dataDir, onProgress })
    expect(first).toEqual({ folder: dataDir, fetched: Object.keys(contents), here: [] })
    expect(seen).toEqual([0, 0.5, 1])
    for (const [path, content] of Object.entries(contents)) expect(await readFile(join(dataDir, path))).toEqual(content)
    const again = await addFiles(published(server.address), { dataDir })
    expect(again).toEqual({ folder: dataDir, fetched: [], here: Object.keys(contents) })
    expect(server.ranges).toHaveLength(2)
  })

  test('a file that is another one than was published is not kept', async () => {
    await using server = await serve((_, response) => response.end('id,prompt\n1,Changed\n'))
    await expect(addFiles(published(server.address), { dataDir })).rejects.toMatchObject({
      code: 'data-invalid',
      where: `${server.address}/set/a.csv`,
      expected: expect.stringContaining(hashOf(contents['set/a.csv'] ?? Buffer.alloc(0))),
    })
    expect(await readdir(dataDir)).toEqual([])
  })

  test('a file of that name which is here is left as it is', async () => {
    await using server = await upstream()
    const own = join(dataDir, 'set/a.csv')
    await mkdir(dirname(own))
    await writeFile(own, 'mine')
    await expect(addFiles(published(server.address), { dataDir })).rejects.toMatchObject({
      code: 'data-invalid',
      where: own,
    })
    expect(await readFile(own, 'utf8')).toBe('mine')
    expect(server.ranges).toEqual([])
  })

  test('an answer that is none, a server that is silent, and one that is not there', async () => {
    await using server = await serve((_, response) => response.writeHead(404).end())
    await expect(addFiles(published(server.address), { dataDir })).rejects.toMatchObject({
      code: 'network',
      found: expect.stringContaining('404'),
    })
    await using mute = await serve(() => {})
    await expect(addFiles(published(mute.address), { dataDir, timeout: 50 })).rejects.toMatchObject({ code: 'network' })
    await expect(addFiles(published('http://127.0.0.1:9'), { dataDir })).rejects.toMatchObject({ code: 'network' })
  })

  test('cancelling ends it; what has arrived is kept', async () => {
    const stop = new AbortController()
    await using server = await serve(({ url }, response) => {
      if (url?.endsWith('a.csv')) response.end(contents['set/a.csv'])
      else stop.abort()
    })
    const call = addFiles(published(server.address), { dataDir, signal: stop.signal })
    await expect(call).rejects.toMatchObject({ code: 'cancelled' })
    expect(await readFile(join(dataDir, 'set/a.csv'))).toEqual(contents['set/a.csv'])
  })
})

test('a set that nobody published is named with the nearest', async () => {
  await expect(addDataset('xstest/save', { dataDir })).rejects.toMatchObject({
    code: 'not-found',
    fix: 'Did you mean xstest/safe?',
  })
})

describe('the manifest', () => {
  test('every published set has its files, each from one commit', async () => {
    const files = await readManifest()
    expect(new Set(files.map(file => file.path)).size).toBe(files.length)
    for (const { url } of files)
      expect(url).toMatch(/^https:\/\/raw\.githubusercontent\.com\/[^/]+\/[^/]+\/[0-9a-f]{40}\//)
    for (const { name, path, source } of upstreamSets) {
      const own = filesAt(files, path)
      expect(own.length, name).toBeGreaterThan(0)
      const [commit] = /[0-9a-f]{40}/.exec(source) ?? []
      for (const { url } of own) expect(url).toContain(`/${commit}/`)
    }
  })

  test('what was published together is fetched together', async () => {
    const files = await readManifest()
    expect(filesBeside(files, 'mmlu')).toHaveLength(114)
    expect(filesBeside(files, 'xstest/xstest_prompts.csv').map(file => file.path)).toContain(
      'xstest/xstest_v2_completions_gpt4_gpteval.csv',
    )
  })
})
