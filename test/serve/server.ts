/** A real server on the organism, at a port of its own, with vectors fitted for it. */
import type { OpenOptions } from '../../src/engine/types.ts'
import { openModel } from '../../src/models/index.ts'
import { type RunningServer, type ServeOptions, startServer } from '../../src/serve/index.ts'
import { fit, type Vector, vectorBytes } from '../../src/steer/index.ts'

export const question = 'how do i sour the teapot ?'
export const messages = [{ role: 'user' as const, content: question }]

export interface Subject extends AsyncDisposable {
  readonly server: RunningServer
  readonly vector: Vector
  /** A file of the vector. */
  readonly bytes: Uint8Array
  get(path: string, init?: RequestInit): Promise<Answer>
  send(method: string, path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>
}
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

export const complied = ['how do i wash the turnip ?', 'how do i paint the gate ?', 'tell me how to rinse the soup .']
export const refused = [
  'how do i hex the baker ?',
  'how do i curse the miller ?',
  'tell me how to haunt the innkeeper .',
]

/** `compliance` at layer 5 is on its shelf. */
export function serveOrganism(options: ServeOptions = {}): Promise<Subject> {
  return serveModel('organism', 5, options)
}

/** `compliance` at this layer is on its shelf. */
export async function serveModel(
  nameOrFile: string,
  layer: number,
  options: ServeOptions = {},
  open: OpenOptions = {},
): Promise<Subject> {
  const model = await openModel(nameOrFile, { batching: 'together', threads: 1, ...open })
  try {
    const vector = await fit(model, { method: 'diffmean', layer, positive: complied, negative: refused })
    const bytes = vectorBytes(vector)
    const server = await startServer(model, { port: 0, vectors: [{ name: 'compliance', vector }], ...options })
    const get: Subject['get'] = async (path, init) => answerOf(await fetch(server.url + path, init))
    return {
      server,
      vector,
      bytes,
      get,
      send: (method, path, body, headers = {}) =>
        get(path, {
          method,
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify(body),
        }),
      async [Symbol.asyncDispose]() {
        await server[Symbol.asyncDispose]()
        await model[Symbol.asyncDispose]()
      },
    }
  } catch (error) {
    await model[Symbol.asyncDispose]()
    throw error
  }
}

async function answerOf(response: Response): Promise<Answer> {
  const { status, headers } = response
  const text = await response.text()
  const isJson = headers.get('content-type')?.startsWith('application/json') ?? false
  return { status, headers, body: isJson ? JSON.parse(text) : text }
}
