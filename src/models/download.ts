/** A resumable download over HTTP: what has arrived stays in a partial file, and the next call asks for the rest only. */
import { createWriteStream } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { PlimsollError } from '../errors.ts'

export interface DownloadOptions {
  /** Size of the whole file. */
  readonly bytes: number
  readonly signal?: AbortSignal | undefined
  /** Called with the bytes that lie on disk. */
  readonly onBytes?: ((done: number) => void) | undefined
  readonly fetch?: typeof fetch | undefined
  /** Milliseconds until the server has to have answered. Default 10 000. */
  readonly connectTimeout?: number | undefined
  /** Milliseconds without a byte after which the connection counts as lost. Default 30 000. */
  readonly stallTimeout?: number | undefined
}

/** A connection that breaks is taken up again so often, as long as each one brought something. */
const CONNECTIONS = 8

/**
 * Downloads `url` into `partial`, which may already hold the beginning of it. The content is not checked here.
 * @throws `network`, `data-invalid` (the server has a file of another size), `cancelled`
 */
export async function download(url: string, partial: string, options: DownloadOptions): Promise<void> {
  for (let connection = 1; ; connection += 1) {
    const before = await size(partial)
    if (before === options.bytes) return
    if (before > options.bytes) await rm(partial)
    try {
      await transfer(url, partial, options)
      return
    } catch (error) {
      if (options.signal?.aborted) throw cancelled()
      if (error instanceof PlimsollError && error.code !== 'network') throw error
      const progressed = (await size(partial)) > before
      if (!progressed || connection === CONNECTIONS) throw asNetworkError(url, error)
    }
  }
}

async function transfer(url: string, partial: string, options: DownloadOptions): Promise<void> {
  const from = await size(partial)
  using watch = watchdog(options.signal)
  watch.expectWithin(options.connectTimeout ?? 10_000)
  const response = await (options.fetch ?? fetch)(url, {
    signal: watch.signal,
    // A compressed answer would make its own byte ranges.
    headers: { 'accept-encoding': 'identity', ...(from > 0 && { range: `bytes=${from}-` }) },
  })
  if (!response.ok || !response.body) {
    await response.body?.cancel()
    if (response.status === 416) await rm(partial, { force: true })
    throw new PlimsollError('network', `The server answered ${response.status} ${response.statusText}`.trim())
  }
  const resumes =
    response.status === 206 && response.headers.get('content-range')?.startsWith(`bytes ${from}-`) === true
  const start = resumes ? from : 0
  const length = response.headers.get('content-length')
  if (length !== null && start + Number(length) !== options.bytes) {
    await response.body.cancel()
    throw new PlimsollError('data-invalid', 'The server has a file of another size', {
      found: `${start + Number(length)} bytes`,
      expected: `${options.bytes} bytes`,
    })
  }
  let done = start
  async function* metered(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    for await (const piece of body) {
      watch.expectWithin(options.stallTimeout ?? 30_000)
      yield piece
      done += piece.byteLength
      options.onBytes?.(done)
    }
  }
  await pipeline(response.body, metered, createWriteStream(partial, { flags: resumes ? 'a' : 'w' }), {
    signal: watch.signal,
  })
  if (done !== options.bytes)
    throw new PlimsollError('network', `The connection ended after ${done} of ${options.bytes} bytes`)
}

/** A signal that aborts with the caller's, or when nothing happened for too long. */
function watchdog(signal: AbortSignal | undefined) {
  const silence = new AbortController()
  let timer: NodeJS.Timeout | undefined
  return {
    signal: signal ? AbortSignal.any([signal, silence.signal]) : silence.signal,
    expectWithin(milliseconds: number) {
      clearTimeout(timer)
      timer = setTimeout(
        () => silence.abort(new PlimsollError('network', `Nothing was heard for ${milliseconds / 1000} seconds`)),
        milliseconds,
      )
    },
    [Symbol.dispose]() {
      clearTimeout(timer)
    },
  }
}

function asNetworkError(url: string, error: unknown): PlimsollError {
  if (error instanceof PlimsollError) return error
  // `fetch` says "fetch failed" and hides the reason in its cause.
  const reason = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const message = reason instanceof Error ? reason.message || reason.name : String(reason)
  return new PlimsollError('network', message, { where: url, cause: error })
}

export function cancelled(): PlimsollError {
  return new PlimsollError('cancelled', 'The download was stopped; what had arrived is kept', {
    fix: 'Run the same command again to go on with it.',
  })
}

async function size(file: string): Promise<number> {
  return stat(file).then(
    found => found.size,
    () => 0,
  )
}
