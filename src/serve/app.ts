/** The routes behind what guards them. The viewer's pages and API will be routes of the same kind. */
import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { secureHeaders } from 'hono/secure-headers'
import { ApiError, apiError } from './http/api-error.ts'
import type { ApiKeys } from './http/api-keys.ts'
import { isLoopback } from './http/loopback.ts'
import { knownHosts, knownOrigins, needsKey } from './http/security.ts'
import { routes } from './routes/index.ts'
import type { Service } from './service.ts'

export interface Guards {
  /** What the server is bound to. */
  readonly host: string
  readonly keys: ApiKeys | null
  readonly corsOrigins: readonly string[]
  /** Told of errors that are nobody's fault but ours. */
  readonly onError: (error: unknown) => void
}

export function createApp(service: Service, { host, keys, corsOrigins, onError }: Guards): Hono {
  const app = new Hono()
  app.onError(error => {
    const answer = apiError(error)
    // A caller that left has nothing to read, and was no fault of ours.
    if (answer.status >= 500 && answer.status !== 503) onError(answer.cause ?? error)
    return answer.toResponse()
  })
  app.notFound(context => {
    throw new ApiError(404, `There is nothing at ${context.req.method} ${context.req.path}`, {
      code: 'unknown_url',
      fix: 'GET /openapi.json lists all there is.',
    })
  })
  app.use(
    secureHeaders({
      contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"], baseUri: ["'none'"] },
      xFrameOptions: 'DENY',
      // Whoever puts a proxy with TLS before it decides that there.
      strictTransportSecurity: false,
    }),
  )
  if (keys === null || isLoopback(host)) app.use(knownHosts(host))
  app.use(knownOrigins(corsOrigins))
  if (corsOrigins.length > 0) {
    app.use(cors({ origin: [...corsOrigins], allowHeaders: ['authorization', 'content-type'], maxAge: 600 }))
  }
  if (keys !== null) app.use(needsKey(keys, new Set(routes.filter(({ open }) => open).map(({ path }) => path))))
  for (const { method, path, run } of routes) {
    app.on(method.toUpperCase(), path.replaceAll(/\{(\w+)\}/g, ':$1'), async context => {
      const began = performance.now()
      const tell = (status: number) => service.metrics.answered(path, status, (performance.now() - began) / 1000)
      try {
        const response = await run(context, service)
        tell(response.status)
        return response
      } catch (error) {
        tell(apiError(error).status)
        throw error
      }
    })
  }
  return app
}
