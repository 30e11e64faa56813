/** The routes behind what guards them. The viewer's pages and API will be routes of the same kind. */
import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { secureHeaders } from 'hono/secure-headers'
import { ApiError, apiError, isOurFault } from './http/api-error.ts'
import type { ApiKeys } from './http/api-keys.ts'
import { knownHosts, knownOrigins, needsKey } from './http/security.ts'
import { routes } from './routes/index.ts'
import type { Service } from './service.ts'

export interface Guards {
  /** What the server is bound to. */
  readonly host: string
  readonly keys: ApiKeys | null
  readonly corsOrigins: readonly string[]
}

export function createApp(service: Service, { host, keys, corsOrigins }: Guards): Hono {
  const app = new Hono()
  app.onError(error => {
    const answer = apiError(error)
    if (isOurFault(answer)) service.onError(answer.cause ?? error)
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
  // A page under another name holds no key, and a proxy passes on the name by which it was asked.
  if (keys === null) app.use(knownHosts(host))
  app.use(knownOrigins(corsOrigins))
  if (corsOrigins.length > 0) {
    // Any header: OpenAI's clients send a dozen of their own.
    app.use(cors({ origin: [...corsOrigins], exposeHeaders: ['retry-after', 'x-should-retry'], maxAge: 600 }))
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
