/** The viewer's pages and API over a store, behind what guards them; served by itself, or beside a model. */
import { existsSync } from 'node:fs'
import { Hono } from 'hono'
import { openStore, type Store } from '../../store/index.ts'
import type { StudyRunner } from '../studies/runner.ts'
import { viewerApi } from './api.ts'
import { failureOf } from './failure.ts'
import { knownHosts, ownPages, viewerHeaders } from './guard.ts'
import { viewerPages } from './pages.ts'
import type { Served } from './vectors.ts'

export interface ViewerAppOptions {
  /** File of the store; it may come into being while the viewer runs. */
  readonly store: string
  /** Folder of the built pages. */
  readonly pages: string
  /** What relative paths of a study's own data start from. @default where it lay when it was run */
  readonly folder?: string | undefined
  /** What is served beside these pages. @default nothing */
  readonly served?: Served | undefined
  /** Starts studies from these pages. @default they cannot */
  readonly studies?: StudyRunner | undefined
  readonly onError?: ((error: unknown) => void) | undefined
}

export interface ViewerApp extends AsyncDisposable {
  readonly app: Hono
}

export function viewerApp(options: ViewerAppOptions): ViewerApp {
  const { store: storeFile, pages, folder, served = null, studies = null, onError } = options
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
  app.route('/api', viewerApi({ storeFile, open, folder, served, studies, onError }))
  app.get('*', viewerPages(pages))
  return {
    app,
    [Symbol.asyncDispose]: async () => (await store?.catch(() => undefined))?.[Symbol.asyncDispose](),
  }
}
