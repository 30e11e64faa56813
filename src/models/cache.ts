/** The folder where pulled models lie: `<cache>/models/<name>.gguf`, and `<cache>/downloads/<name>/` while one arrives. */
import { readdir, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PlimsollError } from '../errors.ts'
import { cacheFolder } from '../paths.ts'
import { findEntry, type ModelEntry } from './registry.ts'

export interface CachedModel {
  readonly name: string
  readonly file: string
  readonly bytes: number
  /** Absent for a file that no registry entry names. */
  readonly entry?: ModelEntry
}

/** Where a model of this name lies once it has been pulled; a packaged one lies in the package. */
export function modelFile(name: string, cache: string = cacheFolder()): string {
  const packaged = findEntry(name)?.sources.find(source => source.kind === 'packaged')
  return packaged ? fileURLToPath(packaged.file) : join(cache, 'models', `${name}.gguf`)
}

/** Where parts of a model wait for the rest. */
export function downloadFolder(name: string, cache: string = cacheFolder()): string {
  return join(cache, 'downloads', name)
}

/** Every model in the cache folder, by name; those of the package are not in it. */
export async function listCached(cache: string = cacheFolder()): Promise<CachedModel[]> {
  const folder = join(cache, 'models')
  const names = await readdir(folder).catch(() => [])
  const models = names
    .filter(name => name.endsWith('.gguf'))
    .sort()
    .map(async (file): Promise<CachedModel> => {
      const name = basename(file, '.gguf')
      const entry = findEntry(name)
      const { size } = await stat(join(folder, file))
      return { name, file: join(folder, file), bytes: size, ...(entry && { entry }) }
    })
  return Promise.all(models)
}

/**
 * Removes a model from the cache, and what an unfinished pull of it left.
 * @returns bytes freed
 * @throws `usage` for a model of the package, `not-found` where nothing of that name is cached
 */
export async function removeCached(name: string, cache: string = cacheFolder()): Promise<number> {
  if (findEntry(name)?.sources.some(source => source.kind === 'packaged'))
    throw new PlimsollError('usage', `${name} is part of this package and cannot be removed`, {
      fix: 'Nothing needs to be done: it takes no room in the cache.',
    })
  const partial = downloadFolder(name, cache)
  const model = (await listCached(cache)).find(cached => cached.name === name)
  const unfinished = await folderBytes(partial)
  if (!model && unfinished === 0) {
    const cached = (await listCached(cache)).map(other => other.name)
    throw new PlimsollError('not-found', `No model called ${name} is in the cache`, {
      found: cached.length > 0 ? cached.join(', ') : 'an empty cache',
      where: cache,
      fix: 'See what there is with: plimsoll model list',
    })
  }
  if (model) await rm(model.file)
  await rm(partial, { recursive: true, force: true })
  return (model?.bytes ?? 0) + unfinished
}

/** Bytes of all files below a folder; 0 when it does not exist. */
export async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  let bytes = 0
  for (const entry of entries) {
    // A file may be moved away between listing and looking.
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name)).catch(() => ({ size: 0 }))).size
  }
  return bytes
}
