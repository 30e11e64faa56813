/** The viewer's API over a store. No model is needed, but whether one is served is told; nothing is changed but labels, and studies that pages start. */
import { Hono } from 'hono'
import { z } from 'zod'
import { closedForms, fitMethods } from '../../steer/index.ts'
import type { Store } from '../../store/index.ts'
import { compare } from '../../study/comparison/index.ts'
import { readResult } from '../../study/stored-result.ts'
import { Refusal } from '../http/refusal.ts'
import type { StudyRunner } from '../studies/runner.ts'
import { Stopper } from '../studies/stopper.ts'
import { failureOf } from './failure.ts'
import { atMost, body, Hash, hash, query } from './request.ts'
import { Runs } from './runs.ts'
import { Listed, Row, relabel, samplePage, sampleView, tallies, Viewed } from './samples.ts'
import { studyRoutes } from './start-routes.ts'
import { allRuns, studyView } from './studies.ts'
import { vectorRoutes } from './vector-routes.ts'
import type { Served } from './vectors.ts'
import { LabelGiven, type Methods, type ServerView, type Studies } from './wire.ts'

export interface ViewerSource {
  /** As the pages name it. */
  readonly storeFile: string
  /** Null while there is none; looking makes none. */
  readonly open: () => Promise<Store | null>
  /** What relative paths of a study's own data start from. @default where it lay when it was run */
  readonly folder?: string | undefined
  /** Beside these pages; null where there is only a store. */
  readonly served: Served | null
  /** Starts studies; null where pages may not. */
  readonly studies: StudyRunner | null
  /** Told of errors that are nobody's fault but ours. */
  readonly onError?: ((error: unknown) => void) | undefined
}

const Begins = z.object({ run: Hash.optional() })
const Side = z.object({ run: Hash, condition: z.string().min(1).max(400) })
const Sides = z.object({ aRun: Hash, a: Side.shape.condition, bRun: Hash, b: Side.shape.condition })

/** Routes below wherever it is mounted: `/studies`, `/runs/:run/samples`, … */
export function viewerApi({ storeFile, open, folder, served, studies: runner, onError }: ViewerSource): Hono {
  const app = new Hono()
  const stopper = new Stopper(runner)
  let runs: Runs | undefined
  const there = async (): Promise<Runs | null> => {
    const store = await open()
    if (store === null) return null
    if (runs?.store !== store) runs = new Runs(store, folder)
    return runs
  }
  const needed = async (): Promise<Runs> => {
    const found = await there()
    if (found === null) throw new Refusal(404, `There is no store at ${storeFile}`, 'Run a study first: plimsoll demo')
    return found
  }
  app.onError(error => {
    const response = failureOf(error)
    if (response.status >= 500) onError?.(error)
    return response
  })
  app.use(async (context, next) => {
    await next()
    context.header('cache-control', 'no-store')
  })
  app.get('/server', context => {
    const server: ServerView = { model: served?.model ?? null }
    return context.json(server)
  })
  app.get('/methods', context => {
    const methods: Methods = {
      methods: fitMethods
        .filter(({ name }) => closedForms.some(one => one === name))
        .map(({ name, title }) => ({ name, title })),
    }
    return context.json(methods)
  })
  app.get('/studies', async context => {
    const found = await there()
    const studies: Studies = { store: storeFile, ...(await allRuns(found?.store ?? null, runner, stopper)) }
    return context.json(studies)
  })
  app.get('/studies/:study', async context => {
    const { run } = query(context, Begins)
    return context.json(await studyView(await needed(), stopper, context.req.param('study'), run))
  })
  app.get('/runs/:run/tallies', async context => {
    return context.json(await tallies(await needed(), hash(context), query(context, Viewed)))
  })
  app.get('/runs/:run/samples', async context => {
    return context.json(await samplePage(await needed(), hash(context), query(context, Listed)))
  })
  app.get('/runs/:run/sample', async context => {
    return context.json(await sampleView(await needed(), hash(context), query(context, Row)))
  })
  app.put('/runs/:run/labels', atMost(4096), async context => {
    await relabel(await needed(), hash(context), await body(context, LabelGiven))
    return context.body(null, 204)
  })
  app.route('/', studyRoutes(runner, stopper, needed))
  app.route(
    '/',
    vectorRoutes(served, async () => (await there())?.store ?? null),
  )
  app.get('/compare', async context => {
    const { aRun, a, bRun, b } = query(context, Sides)
    const { store } = await needed()
    const side = async (run: string, condition: string) => {
      const row = await store.run(run)
      if (row?.result == null) throw new Refusal(404, `The store has no finished run ${run.slice(0, 8)}`)
      return { result: readResult(row.result), condition }
    }
    return context.json(await compare(await side(aRun, a), await side(bRun, b), { store, folder }))
  })
  app.all('*', context => {
    throw new Refusal(404, `There is nothing at ${context.req.method} ${context.req.path}`)
  })
  return app
}
