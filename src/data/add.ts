import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { PlimsollError } from '../errors.ts'
import { dataFolder } from '../paths.ts'
import type { RunOptions } from '../progress.ts'
import { sha256 as sha256Of } from './hash.ts'
import { filesBeside, type PublishedFile, readManifest } from './manifest.ts'
import { findUpstream } from './names.ts'

export interface Added {
  readonly folder: string
  readonly fetched: readonly string[]
  /** Files that were there already, as upstream has them. */
  readonly here: readonly string[]
}

export interface AddOptions extends RunOptions {
  /** Default: `PLIMSOLL_DATA`, else a folder of the user's cache. */
  readonly dataDir?: string | undefined
  /** Milliseconds until a file has to have arrived. Default 120 000. */
  readonly timeout?: number | undefined
}

/**
 * Fetches a published data set from where it was published, with what was published beside it. Each file is checked
 * before it is put where it is read from; one that lies there already is never replaced.
 * @throws PlimsollError `not-found` (no such set), `network`, `data-invalid` (another file than the manifest describes),
 * `cancelled`
 */
export async function addDataset(name: string, options: AddOptions = {}): Promise<Added> {
  const { path } = findUpstream(name)
  return addFiles(filesBeside(await readManifest(), path), options)
}

export async function addFiles(files: readonly PublishedFile[], options: AddOptions): Promise<Added> {
  const folder = options.dataDir || dataFolder()
  const fetched: string[] = []
  const here: string[] = []
  for (const [done, file] of files.entries()) {
    options.onProgress?.({ stage: 'fetch', done, total: files.length, detail: file.path })
    const target = join(folder, file.path)
    if (await isHere(target, file)) here.push(file.path)
    else {
      await write(target, await fetchFile(file, options))
      fetched.push(file.path)
    }
  }
  options.onProgress?.({ stage: 'fetch', done: files.length, total: files.length })
  return { folder, fetched, here }
}

async function isHere(target: string, { sha256, url }: PublishedFile): Promise<boolean> {
  const bytes = await readFile(target).catch(() => undefined)
  if (bytes === undefined) return false
  const found = sha256Of(bytes)
  if (found === sha256) return true
  throw new PlimsollError('data-invalid', 'A file that is here is not the one that was published', {
    where: target,
    found: `sha256 ${found}`,
    expected: `sha256 ${sha256}`,
    fix: `It is left as it is, and studies read it. To have what was published, move it away first; it comes from ${url}.`,
  })
}

async function fetchFile(file: PublishedFile, { signal, timeout = 120_000 }: AddOptions): Promise<Uint8Array> {
  const bytes = await get(file.url, AbortSignal.any([AbortSignal.timeout(timeout), ...(signal ? [signal] : [])])).catch(
    cause => {
      if (signal?.aborted) throw new PlimsollError('cancelled', 'A data set was not fetched: the call was cancelled')
      throw notReached(file, cause)
    },
  )
  const found = sha256Of(bytes)
  if (found === file.sha256) return bytes
  throw new PlimsollError('data-invalid', 'What came is not the file that was published', {
    where: file.url,
    found: `sha256 ${found}, ${bytes.length} bytes`,
    expected: `sha256 ${file.sha256}`,
    fix: 'Nothing was kept. Try again, or fetch it by another way and put it into the data folder.',
  })
}

async function get(url: string, signal: AbortSignal): Promise<Uint8Array> {
  const response = await fetch(url, { signal })
  if (!response.ok) throw new Error(`the server answered ${response.status} ${response.statusText}`)
  return new Uint8Array(await response.arrayBuffer())
}

function notReached({ url, path }: PublishedFile, cause: unknown): PlimsollError {
  const { message, cause: reason } = cause instanceof Error ? cause : new Error(String(cause))
  return new PlimsollError('network', 'A data set could not be fetched', {
    where: url,
    // `fetch` says only that it failed; what failed is in its cause.
    found: reason instanceof Error ? reason.message || message : message,
    fix: `Run the same line again with a network: what has arrived is kept. Or put the file into the data folder as ${path}.`,
    cause,
  })
}

/** A file is there whole or not at all. */
async function write(target: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(target), { recursive: true })
  const partial = `${target}.partial`
  await writeFile(partial, bytes)
  await rename(partial, target)
}
