/** The server: listens, keeps an engine alive, and stops without cutting anybody short. */
import { createServer } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { getRequestListener } from '@hono/node-server'
import { loadDataset } from '../data/index.ts'
import type { Model, ModelInfo } from '../engine/types.ts'
import { PlimsollError } from '../errors.ts'
import { findEntry, languageOf } from '../models/index.ts'
import type { Vector } from '../steer/index.ts'
import { lastFinishedAt, measuredAt } from '../study/measured-vectors.ts'
import { createApp } from './app.ts'
import { apiKeys } from './http/api-keys.ts'
import { listen } from './http/listen.ts'
import { isLoopback } from './http/loopback.ts'
import { createMetrics } from './metrics.ts'
import { FairQueue } from './queue.ts'
import { routes } from './routes/index.ts'
import type { Limits, Service, State } from './service.ts'
import { StudyRunner } from './studies/runner.ts'
import { toolFormatOf } from './tool-calls/template.ts'
import type { NamedVector } from './vectors/names.ts'
import { VectorShelf } from './vectors/shelf.ts'
import { type ViewerApp, viewerApp } from './viewer/app.ts'
import type { ServedModel } from './viewer/wire.ts'

/** Seconds between two attempts to start an engine that does not start. */
const restartEvery = 5

export interface ServeOptions {
  /** Default 127.0.0.1: only this machine. Any other takes `apiKeys`. */
  readonly host?: string | undefined
  /** Default 8080; 0: any that is free. */
  readonly port?: number | undefined
  readonly apiKeys?: readonly string[] | undefined
  /** Pages that may ask from a browser, such as `https://example.org`. */
  readonly corsOrigins?: readonly string[] | undefined
  readonly vectors?: readonly { readonly name: string; readonly vector: Vector }[] | undefined
  /** Steers requests to `default`. */
  readonly standard?: readonly NamedVector[] | undefined
  /** Answers in progress at a time; default 16. */
  readonly parallel?: number | undefined
  /** Answers that may wait; default 256. */
  readonly queue?: number | undefined
  /** Tokens of an answer, at most; default: the context of the model. */
  readonly maxTokens?: number | undefined
  /** Seconds that one request may be computed; default 600. */
  readonly timeLimit?: number | undefined
  /** File of the store in which studies measured vectors. */
  readonly store?: string | undefined
  /** Folder of the viewer's built pages: shown beside, where this machine alone can ask and no key is needed. */
  readonly pages?: string | undefined
  /**
   * What relative paths start from, and where studies that pages start leave their reports. @default the working
   * directory; for the own data of a study that is looked at, where it lay when it was run
   */
  readonly folder?: string | undefined
  readonly onError?: ((error: unknown) => void) | undefined
}

export interface RunningServer extends AsyncDisposable {
  /** Such as `http://127.0.0.1:8080`. */
  readonly url: string
  readonly service: Service
  /** Whether the viewer's pages are shown at `/`. */
  readonly viewer: boolean
  /**
   * Takes no more requests, lets those in progress end, and cuts them short after so many milliseconds. The model stays
   * open: it is the caller's.
   */
  stop(patience: number): Promise<void>
}

/**
 * @param model opened with `batching: 'together'`, or answers are computed one after the other
 * @throws PlimsollError `usage` for an address that others can reach without a key, or that is taken, and for names of
 * vectors that are not there or there twice
 */
export async function startServer(model: Model, options: ServeOptions = {}): Promise<RunningServer> {
  const host = options.host ?? '127.0.0.1'
  const keys = options.apiKeys ?? []
  if (keys.length === 0 && !isLoopback(host)) {
    throw new PlimsollError('usage', 'A server that other machines can reach needs an API key', {
      found: `--host ${host} and no key`,
      expected: 'a key, or an address of this machine only',
      fix: 'Put a key of your own into the variable PLIMSOLL_API_KEY, or leave --host out.',
    })
  }
  const stopping = new AbortController()
  let state: State = 'ready'
  const onError = options.onError ?? (() => undefined)
  const queue = new FairQueue({ places: options.parallel ?? 16, waiting: options.queue ?? 256 })
  const metrics = createMetrics(queue)
  const shelf = new VectorShelf({
    model: model.info,
    measured: async vectors => (options.store === undefined ? [] : await measuredAt(options.store, vectors)),
    lastFinished: async () => (options.store === undefined ? null : await lastFinishedAt(options.store)),
    most: 256,
    mostBytes: 1 << 30,
  })
  checkNames(options)
  for (const { name, vector } of options.vectors ?? []) await shelf.add(name, vector)
  shelf.setStandard(options.standard ?? [])
  const restart = async () => {
    for (let told = false; state === 'restarting'; await setTimeout(1000 * restartEvery, undefined, { ref: false })) {
      try {
        // Whatever is asked of it starts a fresh one.
        await model.tokenize('')
        if (state === 'restarting') state = 'ready'
        return
      } catch (error) {
        if (!told) onError(error)
        told = true
      }
    }
  }
  const service: Service = {
    model,
    name: model.info.name,
    shelf,
    queue,
    metrics,
    limits: limitsOf(model, options),
    tools: await toolFormatOf(model.info.file),
    started: Math.floor(Date.now() / 1000),
    get state() {
      return state
    },
    stopped: stopping.signal,
    onError,
    engineEnded() {
      if (state !== 'ready') return
      state = 'restarting'
      metrics.crashed()
      void restart()
    },
  }
  const app = createApp(service, {
    host,
    keys: keys.length === 0 ? null : apiKeys(keys),
    corsOrigins: options.corsOrigins ?? [],
  })
  const beside = await viewerBeside(options, host, keys.length, service)
  const viewer = beside?.viewer ?? null
  // What comes along with a request says who asks.
  const listener = getRequestListener(
    (request, asked) => (viewer === null || isApi(request.url) ? app : viewer.app).fetch(request, asked),
    { overrideGlobalObjects: false },
  )
  const server = createServer(listener)
  const { port: wanted = 8080 } = options
  const port = await listen(server, {
    host,
    port: wanted,
    failure: `The server cannot listen at ${host}, port ${wanted}`,
    expected: 'an address of this machine and a port that is free',
  })
  const stop = async (patience: number) => {
    state = 'stopping'
    const until = performance.now() + patience
    const closed = new Promise<void>(resolve => server.close(() => resolve()))
    // Meanwhile it ends its chunk.
    const studies = beside?.studies.close(patience)
    const patient = new AbortController()
    const { signal } = patient
    await Promise.race([queue.empty(), setTimeout(inTimer(patience), undefined, { signal }).catch(() => undefined)])
    patient.abort()
    stopping.abort()
    await queue.empty()
    // Idle connections, and those whose readers are slower than their answers.
    server.closeIdleConnections()
    const left = Math.max(1000, until - performance.now())
    await Promise.race([closed, setTimeout(inTimer(left), undefined, { ref: false })])
    server.closeAllConnections()
    await closed
    await studies
    await viewer?.[Symbol.asyncDispose]()
  }
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    service,
    viewer: viewer !== null,
    stop,
    [Symbol.asyncDispose]: () => stop(0),
  }
}

/** @throws PlimsollError `usage` for two vectors of one name, and a default that none has */
function checkNames({ vectors = [], standard = [] }: ServeOptions): void {
  const names = vectors.map(({ name }) => name)
  const twice = names.find((name, i) => names.indexOf(name) < i)
  if (twice !== undefined) {
    throw new PlimsollError('usage', 'Two vectors have one name', {
      found: twice,
      fix: 'Give one of them another: --vector NAME=FILE.',
    })
  }
  const unknown = standard.find(({ vector }) => !names.includes(vector))
  if (unknown === undefined) return
  throw new PlimsollError('usage', 'There is no vector of the name that --default gives', {
    found: unknown.vector,
    expected: names.length === 0 ? 'a vector: none was given' : names.join(', '),
    fix: 'Give it with --vector, or correct --default.',
  })
}

/** Its pages hold no key, so it is shown where none is needed. */
async function viewerBeside(
  { pages, store, onError, folder }: ServeOptions,
  host: string,
  keys: number,
  service: Service,
): Promise<{ readonly viewer: ViewerApp; readonly studies: StudyRunner } | null> {
  if (pages === undefined || store === undefined || keys > 0 || !isLoopback(host)) return null
  const { shelf, name, model } = service
  const studies = new StudyRunner({
    store,
    folder: folder ?? process.cwd(),
    model: { name, opens: findEntry(name) === undefined ? model.info.file : name },
    vector: of => shelf.find(of)?.vector ?? null,
    onEnd: () => void shelf.measureAgain().catch(onError),
  })
  return {
    viewer: viewerApp({ store, pages, folder, served: { model: await servedModel(service), shelf }, studies, onError }),
    studies,
  }
}

async function servedModel({ name, model: { info }, limits: { maxTokens } }: Service): Promise<ServedModel> {
  const { architecture, layers, width, contextLength, quantisation, fingerprint, hasChatTemplate } = info
  return {
    name,
    architecture,
    layers,
    width,
    contextLength,
    maxTokens,
    quantisation,
    fingerprint,
    hasChatTemplate,
    examples: await examplesFor(info),
  }
}

/** Of the split that nothing is reported on. */
async function examplesFor(model: ModelInfo): Promise<string[]> {
  const { rows } = await loadDataset(`${languageOf(model)}/pseudo-harmful/select`, { kind: 'prompts' })
  return rows.slice(0, 3).map(({ prompt }) => prompt)
}

/** The viewer's own API is under `/api`; every other address is one of its pages. */
function isApi(url: string): boolean {
  const { pathname } = new URL(url)
  return pathname === '/v1' || pathname.startsWith('/v1/') || routes.some(({ path }) => path === pathname)
}

function limitsOf(model: Model, options: ServeOptions): Limits {
  const time = milliseconds(options.timeLimit ?? 600)
  return {
    bodyBytes: 2 << 20,
    uploadBytes: 256 << 20,
    maxTokens: Math.min(options.maxTokens ?? model.info.contextLength, model.info.contextLength),
    usualTokens: 1024,
    computing: time,
    waiting: time,
  }
}

/** Seconds as what a timer takes: whole milliseconds, at least one. */
function milliseconds(seconds: number): number {
  return Math.max(1, inTimer(1000 * seconds))
}

/** No timer runs for longer than 2 ** 31 - 1 milliseconds, some 25 days; with more it would end at once. */
function inTimer(time: number): number {
  return Math.min(Math.round(time), 2 ** 31 - 1)
}
