/** Whether the server lives, whether it can answer, and how it does. */
import { z } from 'zod'
import { ApiError } from '../http/api-error.ts'
import { type Route, route } from '../http/route.ts'

const Status = z.object({ status: z.string() })

export const healthRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/healthz',
    summary: 'Whether the process lives',
    answer: { status: 200, type: 'application/json', schema: Status, says: 'It does.' },
    open: true,
    handle: () => Response.json({ status: 'ok' }),
  }),
  route({
    method: 'get',
    path: '/readyz',
    summary: 'Whether requests are answered',
    answer: {
      status: 200,
      type: 'application/json',
      schema: Status,
      says: 'They are; 503 while the engine starts or the server stops.',
    },
    open: true,
    handle: (_asked, { state }) => {
      if (state === 'ready') return Response.json({ status: 'ready' })
      throw new ApiError(503, `The server is ${state}`, { code: state, retryAfter: 2 })
    },
  }),
  route({
    method: 'get',
    path: '/metrics',
    summary: 'Figures for Prometheus',
    answer: { status: 200, type: 'text/plain', says: 'Counts and times, in the text format of Prometheus.' },
    handle: async (_asked, { metrics }) =>
      new Response(await metrics.text(), { headers: { 'content-type': metrics.contentType } }),
  }),
]
