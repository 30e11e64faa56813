/** Who may ask: pages of other sites may not, names that were made to point here may not, and a key may be needed. */
import type { MiddlewareHandler } from 'hono'
import { ApiError } from './api-error.ts'
import type { ApiKeys } from './api-keys.ts'
import { rememberClient } from './client.ts'
import { hostName, isLoopback } from './loopback.ts'

/**
 * Where only this machine may ask, a page could still ask in its name under a host name of the page's own (DNS
 * rebinding): such a name is refused.
 */
export function knownHosts(bound: string): MiddlewareHandler {
  return async (context, next) => {
    const name = hostName(context.req.header('host'))
    if (!isLoopback(name) && name !== bound) {
      throw new ApiError(403, `This server does not answer under the name ${JSON.stringify(name)}`, {
        fix: 'Use http://127.0.0.1 or http://localhost, or start the server with --host.',
      })
    }
    await next()
  }
}

/** Browsers say which page asks. Only pages of this server, and those that were named, may. */
export function knownOrigins(allowed: readonly string[]): MiddlewareHandler {
  return async (context, next) => {
    const origin = context.req.header('origin')
    const own = `http://${context.req.header('host') ?? ''}`
    if (origin !== undefined && origin !== own && !allowed.includes(origin)) {
      throw new ApiError(403, `Pages of ${JSON.stringify(origin)} may not ask this server`, {
        fix: `Start it with --cors-origin ${/^https?:\/\/[\w.:-]+$/.test(origin) ? origin : 'https://example.org'}, if they may.`,
      })
    }
    await next()
  }
}

/** @param open paths that everybody may ask for */
export function needsKey(keys: ApiKeys, open: ReadonlySet<string>): MiddlewareHandler {
  return async (context, next) => {
    const given = /^Bearer (.+)$/i.exec(context.req.header('authorization') ?? '')?.[1]
    const key = given === undefined ? null : keys.find(given)
    if (key === null && !open.has(context.req.path)) {
      throw new ApiError(401, given === undefined ? 'An API key is needed' : 'The API key is not one of this server', {
        code: 'invalid_api_key',
        fix: 'Send the header authorization: Bearer KEY.',
      })
    }
    if (key !== null) rememberClient(context.req.raw, `key ${key}`)
    await next()
  }
}
