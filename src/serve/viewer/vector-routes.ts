/** Routes by which pages see the vectors of the served model, and have those of the store's studies served. */
import { Hono } from 'hono'
import type { Store } from '../../store/index.ts'
import { Refusal } from '../http/refusal.ts'
import { atMost, body } from './request.ts'
import { type Served, takeStored, vectorsView } from './vectors.ts'
import { VectorTaken } from './wire.ts'

/** @param store null while there is none */
export function vectorRoutes(given: Served | null, store: () => Promise<Store | null>): Hono {
  const app = new Hono()
  const served = (): Served => {
    if (given !== null) return given
    throw new Refusal(409, 'No model is served here', 'Start it: plimsoll serve --model MODEL')
  }
  app.get('/vectors', async context => context.json(await vectorsView(served(), await store())))
  app.post('/vectors', atMost(4096), async context => {
    const { name } = await body(context, VectorTaken)
    return context.json(await takeStored(served(), await store(), name), 201)
  })
  return app
}
