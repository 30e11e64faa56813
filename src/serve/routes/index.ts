/** Every route of the server. */
import { type Route, route } from '../http/route.ts'
import { openApi } from '../openapi.ts'
import { fitRoutes } from './fit.ts'
import { generateRoutes } from './generate.ts'
import { healthRoutes } from './health.ts'
import { hiddenStateRoutes } from './hidden-states.ts'
import { modelRoutes } from './models.ts'
import { vectorRoutes } from './vectors.ts'

const described: readonly Route[] = [
  ...modelRoutes,
  ...generateRoutes,
  ...vectorRoutes,
  ...fitRoutes,
  ...hiddenStateRoutes,
  ...healthRoutes,
]
const document = JSON.stringify(openApi(described))

export const routes: readonly Route[] = [
  ...described,
  route({
    method: 'get',
    path: '/openapi.json',
    summary: 'This document',
    answer: { status: 200, type: 'application/json', says: 'OpenAPI 3.1.' },
    handle: () => new Response(document, { headers: { 'content-type': 'application/json' } }),
  }),
]
