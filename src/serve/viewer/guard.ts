/** Who may look: pages of this server only, under a name that can only mean this machine. */
import type { MiddlewareHandler } from 'hono'
import { secureHeaders } from 'hono/secure-headers'
import { hostName, isLoopback } from '../http/loopback.ts'
import { Refusal } from '../http/refusal.ts'

/** Another site's name may be made to point here (DNS rebinding), and its pages would then count as ours. */
export const knownHosts: MiddlewareHandler = async (context, next) => {
  const name = hostName(context.req.header('host'))
  if (!isLoopback(name))
    throw new Refusal(
      403,
      `The viewer does not answer under the name ${JSON.stringify(name)}`,
      'Use http://127.0.0.1 or http://localhost.',
    )
  await next()
}

/** Browsers say which page asks. Those of other sites may open a page of ours, and ask for nothing else. */
export const ownPages: MiddlewareHandler = async (context, next) => {
  const origin = context.req.header('origin')
  const site = context.req.header('sec-fetch-site') ?? 'none'
  const opened = context.req.header('sec-fetch-mode') === 'navigate' && context.req.method === 'GET'
  const foreign = origin !== undefined && origin !== `http://${context.req.header('host') ?? ''}`
  if (foreign || (site !== 'same-origin' && site !== 'none' && !opened))
    throw new Refusal(403, 'Pages of another site may not ask the viewer')
  await next()
}

/** Nothing from elsewhere, no script but the viewer's own files, and in no frame. */
export const viewerHeaders: MiddlewareHandler = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", 'data:'],
    connectSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
  xFrameOptions: 'DENY',
  referrerPolicy: 'no-referrer',
  strictTransportSecurity: false,
})
