import { randomBytes } from 'node:crypto'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sendRange, serve, temporaryFolder } from '../../test/support/downloads.ts'
import { download } from './download.ts'

const content = randomBytes(700_000)

test('a whole file arrives, and progress ends at its size', async () => {
  await using folder = await temporaryFolder()
  await using server = await serve((request, response) => sendRange(request, response, content))
  const partial = join(folder.path, 'partial')
  const seen: number[] = []
  await download(server.address, partial, { bytes: content.length, onBytes: done => seen.push(done) })
  expect(await readFile(partial)).toEqual(content)
  expect(seen.at(-1)).toBe(content.length)
  expect(seen).toEqual(seen.toSorted((a, b) => a - b))
})

test('only the rest is asked for when a part is there', async () => {
  await using folder = await temporaryFolder()
  await using server = await serve((request, response) => sendRange(request, response, content))
  const partial = join(folder.path, 'partial')
  await writeFile(partial, content.subarray(0, 123_456))
  await download(server.address, partial, { bytes: content.length })
  expect(await readFile(partial)).toEqual(content)
  expect(server.ranges).toEqual(['bytes=123456-'])
})

test('a complete partial file needs no server', async () => {
  await using folder = await temporaryFolder()
  const partial = join(folder.path, 'partial')
  await writeFile(partial, content)
  await download('http://127.0.0.1:9', partial, { bytes: content.length })
  expect(await readFile(partial)).toEqual(content)
})

test('a connection that breaks is taken up where it broke', async () => {
  await using folder = await temporaryFolder()
  await using server = await serve((request, response) => sendRange(request, response, content, 200_000))
  const partial = join(folder.path, 'partial')
  await download(server.address, partial, { bytes: content.length })
  expect(await readFile(partial)).toEqual(content)
  expect(server.ranges.length).toBeGreaterThan(3)
  expect(server.ranges.slice(1).every(range => range.startsWith('bytes='))).toBe(true)
})

test('a server without ranges sends everything again, and nothing is doubled', async () => {
  await using folder = await temporaryFolder()
  await using server = await serve((_, response) => response.end(content))
  const partial = join(folder.path, 'partial')
  await writeFile(partial, content.subarray(0, 1000))
  await download(server.address, partial, { bytes: content.length })
  expect(await readFile(partial)).toEqual(content)
})

test('a file of another size is refused before it is read', async () => {
  await using folder = await temporaryFolder()
  await using server = await serve((request, response) => sendRange(request, response, content))
  const call = download(server.address, join(folder.path, 'partial'), { bytes: content.length + 1 })
  await expect(call).rejects.toMatchObject({ code: 'data-invalid', found: `${content.length} bytes` })
})

test('an error of the server is told with its number', async () => {
  await using folder = await temporaryFolder()
  await using server = await serve((_, response) => response.writeHead(404).end())
  const call = download(server.address, join(folder.path, 'partial'), { bytes: 10 })
  await expect(call).rejects.toMatchObject({ code: 'network', message: 'The server answered 404 Not Found' })
})

test('a server that does not answer is given up on, and one that falls silent keeps what it sent', async () => {
  await using folder = await temporaryFolder()
  await using mute = await serve(() => {})
  const limits = { bytes: content.length, connectTimeout: 50, stallTimeout: 50 }
  const partial = join(folder.path, 'partial')
  await expect(download(mute.address, partial, limits)).rejects.toMatchObject({ code: 'network' })
  expect(mute.ranges).toHaveLength(1)
  await using silent = await serve((request, response) => {
    if (request.headers.range) return
    response.writeHead(200, { 'content-length': content.length })
    response.write(content.subarray(0, 1000))
  })
  await expect(download(silent.address, partial, { ...limits, connectTimeout: 500 })).rejects.toMatchObject({
    code: 'network',
  })
  expect((await stat(partial)).size).toBe(1000)
})

test('cancelling keeps what has arrived', async () => {
  await using folder = await temporaryFolder()
  await using server = await serve((_, response) => {
    response.writeHead(200, { 'content-length': content.length })
    response.write(content.subarray(0, 1000))
  })
  const stop = new AbortController()
  const partial = join(folder.path, 'partial')
  const call = download(server.address, partial, {
    bytes: content.length,
    signal: stop.signal,
    onBytes: () => setTimeout(() => stop.abort(), 20),
  })
  await expect(call).rejects.toMatchObject({ code: 'cancelled' })
  expect(await readFile(partial)).toEqual(content.subarray(0, 1000))
})
