/** The viewer as a server of its own, on this machine only. */
import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { listen } from '../http/listen.ts'
import { type ViewerAppOptions, viewerApp } from './app.ts'

export interface ViewerOptions extends ViewerAppOptions {
  /** 0: any that is free. @default 7070 */
  readonly port?: number | undefined
}

export interface RunningViewer extends AsyncDisposable {
  /** Such as `http://127.0.0.1:7070`. */
  readonly url: string
}

const host = '127.0.0.1'

/** @throws PlimsollError `usage` for a port that is taken */
export async function startViewer({ port = 7070, ...source }: ViewerOptions): Promise<RunningViewer> {
  const viewer = viewerApp(source)
  const server = createServer(getRequestListener(viewer.app.fetch, { overrideGlobalObjects: false }))
  const found = await listen(server, {
    host,
    port,
    failure: `The viewer cannot listen at port ${port}`,
    expected: 'a port that is free',
  })
  return {
    url: `http://${host}:${found}`,
    async [Symbol.asyncDispose]() {
      await new Promise(resolve => {
        server.close(resolve)
        server.closeAllConnections()
      })
      await viewer[Symbol.asyncDispose]()
    },
  }
}
