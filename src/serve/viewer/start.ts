/** The viewer as a server of its own, on this machine only. */
import { existsSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { PlimsollError } from '../../errors.ts'
import { openStore, type Store } from '../../store/index.ts'
import { viewerApi } from './api.ts'
import { failureOf } from './failure.ts'
import { knownHosts, ownPages, viewerHeaders } from './guard.ts'
import { viewerPages } from './pages.ts'

export interface ViewerOptions {
  /** File of the store; it may come into being while the viewer runs. */
  readonly store: string
  /** Folder of the built pages. */
  readonly pages: string
  /** What relative paths of a study's own data start from. @default the working directory */
  readonly folder?: string | undefined
  /** 0: any that is free. @default 7070 */
  readonly port?: number | undefined
  readonly onError?: ((error: unknown) => void) | undefined
}

export interface RunningViewer extends AsyncDisposable {
  /** Such as `http://127.0.0.1:7070`. */
  readonly url: string
}

const host = '127.0.0.1'

/** @throws PlimsollError `usage` for a port that is taken */
export async function startViewer(options: ViewerOptions): Promise<RunningViewer> {
  const { store: storeFile, pages, folder = process.cwd(), onError } = options
  let store: Promise<Store> | undefined
  const open = async (): Promise<Store | null> => {
    if (store === undefined && !existsSync(storeFile)) return null
    store ??= openStore(storeFile)
    // What could not be opened may be in order the next time.
    store.catch(() => {
      store = undefined
    })
    return store
  }
  const app = new Hono()
  app.onError(error => {
    const response = failureOf(error)
    if (response.status >= 500) onError?.(error)
    return response
  })
  app.use(viewerHeaders, knownHosts, ownPages)
  app.route('/api', viewerApi({ storeFile, open, folder, onError }))
  app.get('*', viewerPages(pages))
  const server = createServer(getRequestListener(app.fetch, { overrideGlobalObjects: false }))
  const port = await listen(server, options.port ?? 7070)
  return {
    url: `http://${host}:${port}`,
    async [Symbol.asyncDispose]() {
      await new Promise(resolve => {
        server.close(resolve)
        server.closeAllConnections()
      })
      await (await store?.catch(() => undefined))?.[Symbol.asyncDispose]()
    },
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        new PlimsollError('usage', `The viewer cannot listen at port ${port}`, {
          found: cause.code === 'EADDRINUSE' ? 'another program that listens there' : cause.message,
          expected: 'a port that is free',
          fix: 'Give another with --port, or --port 0 for any that is free.',
          cause,
        }),
      ),
    )
    server.listen(port, host, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}
