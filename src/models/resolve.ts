/** From what a user calls a model to the file it lies in. */
import { open, stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { PlimsollError } from '../errors.ts'
import { cacheFolder } from '../paths.ts'
import { listCached, modelFile } from './cache.ts'
import { findEntry, type ModelEntry, REGISTRY } from './registry.ts'

export interface ResolvedModel {
  readonly file: string
  readonly name: string
  /** Absent for a file of the user's own. */
  readonly entry?: ModelEntry
}

/** The four bytes that every GGUF file begins with. */
const MAGIC = 'GGUF'

/**
 * Finds a model by its name in the registry or the cache, or by the path of a GGUF file. Downloads nothing.
 * @throws `not-found` (with what exists, and the closest name) or `model-invalid` (the file is no GGUF)
 */
export async function resolveModel(nameOrPath: string, cache: string = cacheFolder()): Promise<ResolvedModel> {
  const entry = findEntry(nameOrPath)
  if (entry) return resolveEntry(entry, cache)
  const cached = (await listCached(cache)).find(model => model.name === nameOrPath)
  if (cached) return { file: cached.file, name: cached.name }
  const looksLikePath = /[/\\]|\.gguf$/i.test(nameOrPath)
  const file = resolve(nameOrPath)
  if (looksLikePath || (await isFile(file))) return resolveFile(file)
  throw await unknownName(nameOrPath, cache)
}

async function resolveEntry(entry: ModelEntry, cache: string): Promise<ResolvedModel> {
  const file = modelFile(entry.name, cache)
  if (await isFile(file)) return { file, name: entry.name, entry }
  throw new PlimsollError('not-found', `${entry.title} is not on this machine yet`, {
    expected: file,
    fix: `Get it with: plimsoll model pull ${entry.name}. Or use a file of your own: --model FILE.gguf`,
  })
}

async function resolveFile(file: string): Promise<ResolvedModel> {
  if (!(await isFile(file)))
    throw new PlimsollError('not-found', `There is no file ${basename(file)}`, {
      where: file,
      fix: 'Give the path of an existing .gguf file, or a name from: plimsoll model list',
    })
  await using handle = await open(file)
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(MAGIC.length), 0, MAGIC.length, 0)
  const start = buffer.subarray(0, bytesRead).toString('latin1')
  if (start !== MAGIC)
    throw new PlimsollError('model-invalid', `${basename(file)} is not a GGUF file`, {
      found: bytesRead === 0 ? 'an empty file' : `a file that begins with ${JSON.stringify(start)}`,
      expected: `a file that begins with ${MAGIC}`,
      where: file,
      fix: 'Other formats have to be converted to GGUF first, with the converter of llama.cpp.',
    })
  return { file, name: basename(file).replace(/\.gguf$/i, '') }
}

async function unknownName(name: string, cache: string): Promise<PlimsollError> {
  const names = new Set([...REGISTRY.map(entry => entry.name), ...(await listCached(cache)).map(model => model.name)])
  const close = [...names].filter(other => alike(name, other))
  return new PlimsollError('not-found', `No model is called ${name}`, {
    found: name,
    expected: `one of ${[...names].join(', ')}, or the path of a .gguf file`,
    fix: close.length > 0 ? `Did you mean ${close.join(' or ')}?` : 'See the names with: plimsoll model list',
  })
}

/** Whether one name holds the other, or they share most pairs of neighbouring letters (Dice's coefficient). */
function alike(a: string, b: string): boolean {
  const [x, y] = [a, b].map(name => name.toLowerCase().replaceAll(/[^a-z0-9]/g, ''))
  if (!x || !y) return false
  if (x.length > 2 && (x.includes(y) || y.includes(x))) return true
  const [pairs, others] = [letterPairs(x), letterPairs(y)]
  const shared = [...pairs].filter(pair => others.has(pair)).length
  return (2 * shared) / (pairs.size + others.size) > 0.5
}

function letterPairs(text: string): Set<string> {
  return new Set(Array.from({ length: Math.max(0, text.length - 1) }, (_, i) => text.slice(i, i + 2)))
}

async function isFile(file: string): Promise<boolean> {
  return stat(file).then(
    found => found.isFile(),
    () => false,
  )
}
