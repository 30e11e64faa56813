/** The built pages, read once: nothing that a request says reaches the file system. */
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'
import type { Handler } from 'hono'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** A file for its path; the one page there is for every other, since an address says what it shows. */
export function viewerPages(folder: string): Handler {
  const files: ReadonlyMap<string, Uint8Array> = new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath, entry.name))
      .map(file => [`/${relative(folder, file).split(sep).join('/')}`, readFileSync(file)] as const),
  )
  return context => {
    const path = files.has(context.req.path) ? context.req.path : '/index.html'
    const missing = path !== context.req.path && context.req.path.startsWith('/assets/')
    const body = files.get(path)
    if (missing || body === undefined) return context.notFound()
    // Files under assets/ are named by their content.
    const cache = path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'
    return context.body(new Uint8Array(body), 200, {
      'content-type': types[extname(path)] ?? 'application/octet-stream',
      'cache-control': cache,
    })
  }
}
