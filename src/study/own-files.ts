/** What a study reaches for beyond its own words and the sets and models that have a name. */
import { builtinStudies } from './builtin.ts'
import { isOwnModule, type StudyFile } from './schema.ts'

/** A value that names something of the machine, and where it stands: `conditions.0.vector`. */
export interface OwnFile {
  readonly at: string
  readonly key: string
  readonly names: string
}

/**
 * Own data, vectors, methods, attacks, autoencoders, models and judges that a study file names, and a study that it is
 * filled up from. Whoever may write any study may read such files and run such modules.
 */
export function ownFilesOf(file: StudyFile): OwnFile[] {
  return found(file, [])
}

type Path = readonly (string | number)[]

function found(value: unknown, path: Path): OwnFile[] {
  const key = String(path.findLast(part => typeof part === 'string') ?? '')
  if (typeof value === 'string') return isOwn(key, value) ? [own(path, key, value)] : []
  if (typeof value !== 'object' || value === null) return []
  if (key === 'judge') return Array.isArray(value) ? each(value, path) : [own(path, key, JSON.stringify(value))]
  return each(value, path)
}

function each(value: object, path: Path): OwnFile[] {
  const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
  return entries.flatMap(([key, inner]) => found(inner, [...path, key]))
}

function own(path: Path, key: string, names: string): OwnFile {
  return { at: path.join('.'), key, names }
}

/** Keys under which any text is a file; under the others only what looks like a module is one. */
const files: ReadonlySet<string> = new Set(['file', 'vector', 'autoencoder', 'model'])

function isOwn(key: string, text: string): boolean {
  if (key === 'study') return !Object.hasOwn(builtinStudies, text)
  if (key === 'judge') return text !== 'rules'
  return files.has(key) || isOwnModule(text)
}
