/** Servers and files for the tests of this folder: a hub with byte ranges, a package index, archives. */
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32, deflateRawSync } from 'node:zlib'

export interface Folder extends AsyncDisposable {
  readonly path: string
}

export async function temporaryFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'plimsoll-models-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

export interface Served extends AsyncDisposable {
  readonly address: string
  /** Range header of every request so far; `all` where there was none. */
  readonly ranges: string[]
}

export async function serve(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<Served> {
  const ranges: string[] = []
  const server = createServer((request, response) => {
    ranges.push(request.headers.range ?? 'all')
    handle(request, response)
  })
  await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready))
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('the server has no port')
  return {
    address: `http://127.0.0.1:${bound.port}`,
    ranges,
    [Symbol.asyncDispose]: () =>
      new Promise<void>(closed => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
  }
}

/** Answers like a static file server that knows ranges; cuts the connection after `cutAfter` bytes of a body. */
export function sendRange(request: IncomingMessage, response: ServerResponse, content: Buffer, cutAfter = Infinity) {
  const asked = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')
  const start = asked ? Number(asked[1]) : 0
  const body = content.subarray(start)
  response.writeHead(asked ? 206 : 200, {
    'content-length': body.length,
    ...(asked && { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` }),
  })
  if (body.length <= cutAfter) response.end(body)
  else response.write(body.subarray(0, cutAfter), () => response.destroy())
}

export function hashOf(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}

/** A zip archive of deflated members. Layout: APPNOTE.TXT, sections 4.3.7, 4.3.12 and 4.3.16. */
export function zip(members: Readonly<Record<string, Buffer>>): Buffer {
  const local: Buffer[] = []
  const central: Buffer[] = []
  let offset = 0
  for (const [name, content] of Object.entries(members)) {
    const path = Buffer.from(name)
    const packed = deflateRawSync(content)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(8, 4)
    common.writeUInt32LE(crc32(content), 10)
    common.writeUInt32LE(packed.length, 14)
    common.writeUInt32LE(content.length, 18)
    common.writeUInt16LE(path.length, 22)
    const header = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, path])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(offset, 10)
    central.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, tail, path]))
    local.push(header, packed)
    offset += header.length + packed.length
  }
  const directory = Buffer.concat(central)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(central.length, 8)
  end.writeUInt16LE(central.length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...local, directory, end])
}
