/** Who a request comes from, so that nobody's many requests stand before another's single one. */
import { getConnInfo } from '@hono/node-server/conninfo'
import type { Context } from 'hono'

const known = new WeakMap<Request, string>()

/** Whoever shows a key is known by it. */
export function rememberClient(request: Request, client: string): void {
  known.set(request, client)
}

export function clientOf(context: Context): string {
  return known.get(context.req.raw) ?? getConnInfo(context).remote.address ?? 'unknown'
}
