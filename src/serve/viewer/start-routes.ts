/** Routes by which pages start, stop and resume studies. */
import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { workerOf } from '../../study/session.ts'
import { runStatus } from '../../study/status.ts'
import { Refusal } from '../http/refusal.ts'
import type { StudyRunner } from '../studies/runner.ts'
import type { Stopper } from '../studies/stopper.ts'
import { atMost, body, hash } from './request.ts'
import type { Runs } from './runs.ts'
import { StudyWanted } from './wire.ts'

/** Nothing is to be said, and yet it has to be JSON: no page of another site can send that unasked. */
const Nothing = z.strictObject({})

export function studyRoutes(given: StudyRunner | null, stopper: Stopper, runs: () => Promise<Runs>): Hono {
  const app = new Hono()
  const runner = (): StudyRunner => {
    if (given !== null) return given
    throw new Refusal(409, 'These pages only look at a store', 'To start studies from them: plimsoll serve')
  }
  const told = (context: Context) => context.json(runner().started, 202)
  app.post('/runs', atMost(128 << 10), async context => {
    await runner().start(await body(context, StudyWanted))
    return told(context)
  })
  app.post('/runs/stop', atMost(64), async context => {
    await body(context, Nothing)
    runner().stop()
    return told(context)
  })
  app.post('/runs/:run/stop', atMost(64), async context => {
    await body(context, Nothing)
    runner()
    const run = hash(context)
    const { store } = await runs()
    stopper.stop(run, workerOf(await store.sessions(run)))
    return context.body(null, 202)
  })
  app.post('/runs/:run/resume', atMost(64), async context => {
    await body(context, Nothing)
    const starter = runner()
    const { store } = await runs()
    const run = await store.run(hash(context))
    if (run === null) throw new Refusal(404, 'The store has no such run')
    const { state } = await runStatus(store, run)
    if (state !== 'interrupted') throw new Refusal(409, `This run is ${state}`)
    starter.resume(run.study, run.hash)
    return told(context)
  })
  return app
}
