/** Reads a study: a file, a built-in name, or the same as a value. */
import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, extname, isAbsolute, resolve } from 'node:path'
import { type Document, isCollection, isPair, isScalar, LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { PlimsollError } from '../errors.ts'
import { suggest } from '../suggest.ts'
import { builtinStudies, defaults } from './builtin.ts'
import { firstProblem, type Problem } from './problem.ts'
import { type Ref, Study, StudyFile, writtenOut } from './schema.ts'

/** A resolved study, and the folder its relative paths start from. */
export interface LoadedStudy {
  readonly study: Study
  readonly folder: string
  /** The built-in study that filled the gaps, where it is known. */
  readonly base?: string | undefined
}

const defaultBase = 'overrefusal'

/** Reads a study file or built-in study and fills its gaps. `over` wins over what the file says. */
export function loadStudy(
  nameOrFile: string | StudyFile,
  over: Partial<StudyFile> = {},
): LoadedStudy & { readonly base: string } {
  if (typeof nameOrFile !== 'string') return loaded(checkStudy({ ...nameOrFile, ...over }, 'the study'), process.cwd())
  if (Object.hasOwn(builtinStudies, nameOrFile)) return loaded({ study: nameOrFile, ...over }, process.cwd())
  const path = resolve(nameOrFile)
  if (!existsSync(path)) throw unknownStudy(nameOrFile)
  const folder = dirname(path)
  const { file, own } = readFile(path, nameOrFile)
  return loaded({ ...file, name: nameIn(own, path), ...over }, folder, nameOrFile)
}

/** What a study is called that is given by its file, or by its name; the file need not be there any more. */
export function studyName(nameOrFile: string): string {
  if (!/\.ya?ml$/i.test(nameOrFile)) return nameOrFile
  const isThere = existsSync(nameOrFile)
  return nameIn(isThere ? parseStudy(readFileSync(nameOrFile, 'utf8'), nameOrFile) : {}, nameOrFile)
}

function nameIn({ name }: Pick<StudyFile, 'name'>, path: string): string {
  return name ?? basename(path, extname(path))
}

interface Read {
  readonly file: StudyFile
  /** What stands in the file itself. */
  readonly own: StudyFile
}

/** A study file, its gaps filled from the file beside it that its `study` may name. */
function readFile(path: string, shown: string, below: readonly string[] = []): Read {
  const own = parseStudy(readFileSync(path, 'utf8'), shown)
  if (own.study === undefined || !/\.ya?ml$/i.test(own.study)) return { file: own, own }
  const base = resolve(dirname(path), own.study)
  // Relative paths start from a file's folder: two folders would make two meanings.
  const problem = !existsSync(base)
    ? 'there is no such file'
    : dirname(base) !== dirname(path)
      ? 'it lies in another folder'
      : [...below, path].includes(base)
        ? 'it is filled from this one itself'
        : undefined
  if (problem !== undefined)
    throw new PlimsollError('invalid-input', 'A study cannot be filled up from the file it names', {
      found: `${own.study}: ${problem}`,
      expected: 'a study file in the same folder, or the name of a built-in study',
      fix: 'Correct the line `study: …`.',
      where: shown,
    })
  const { study, ...rest } = own
  return { file: checkStudy(merge(readFile(base, study, [...below, path]).file, rest), shown), own }
}

/** `base`: the built-in study that filled the gaps. */
function loaded(file: StudyFile, folder: string, where?: string): ReturnType<typeof loadStudy> {
  return { study: resolveStudy(file, where), folder, base: file.study ?? defaultBase }
}

function unknownStudy(name: string, where?: string): PlimsollError {
  const names = Object.keys(builtinStudies)
  const near = suggest(name, names)
  return new PlimsollError('not-found', 'There is no study file or built-in study of this name', {
    found: name,
    expected: `a .yaml file, or one of ${names.join(', ')}`,
    fix:
      near !== undefined ? `Did you mean ${near}?` : where === undefined ? 'Check the path.' : 'Name a built-in study.',
    where,
  })
}

/** Parses the text of a study file. Errors say `file:line:column`. */
export function parseStudy(text: string, file: string): StudyFile {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return `${file}:${line}:${col}`
  }
  const [error] = document.errors
  if (error !== undefined)
    throw new PlimsollError('invalid-input', 'The study file is no valid YAML', {
      found: error.message.split('\n')[0]?.replace(/ at line.*/, ''),
      fix: 'Check the indentation and the quotes at this place.',
      where: place(error.pos[0]),
    })
  const value = toValue(document, file)
  return checkStudy(value, file, problem => place(offsetOf(document, problem)))
}

function toValue(document: Document, file: string): unknown {
  try {
    return document.toJS() ?? {}
  } catch (cause) {
    // Anchors are resolved here, not while parsing.
    throw new PlimsollError('invalid-input', 'The study file is no valid YAML', {
      found: cause instanceof Error ? cause.message : String(cause),
      fix: 'Put text that begins with * or & in quotes.',
      where: file,
      cause,
    })
  }
}

/** Validates an already parsed study file. */
export function checkStudy(value: unknown, file: string, place?: (problem: Problem) => string): StudyFile {
  const parsed = StudyFile.safeParse(value)
  if (parsed.success) return parsed.data
  const problem = firstProblem(StudyFile, value) ?? unexplained(parsed.error)
  throw new PlimsollError('invalid-input', 'The study file has a problem', {
    found: `${pathText(problem.path)}: ${problem.atKey ? 'unknown key' : `expected ${problem.expected}, got ${problem.found}`}`,
    expected: problem.expected,
    fix: problem.fix,
    where: place === undefined ? file : place(problem),
  })
}

function unexplained(error: z.ZodError): Problem {
  const text = z.prettifyError(error)
  return { path: [], expected: text, found: 'another value', fix: 'Correct the study file.', atKey: false }
}

function pathText(path: Problem['path']): string {
  if (path.length === 0) return 'the file'
  return path.map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? part : `.${part}`)).join('')
}

/** Offset of the deepest part of the path that stands in the file. */
function offsetOf(document: Document, problem: Problem): number {
  for (let length = problem.path.length; length > 0; length -= 1) {
    const path = problem.path.slice(0, length)
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, -1), true)
    if (!isCollection(parent)) continue
    const pair = parent.items.find(item => isPair(item) && isScalar(item.key) && item.key.value === path.at(-1))
    if (isPair(pair) && problem.atKey && length === problem.path.length && isScalar(pair.key))
      return pair.key.range?.[0] ?? 0
    const node = document.getIn(path, true)
    if (isScalar(node) || isCollection(node)) return node.range?.[0] ?? 0
  }
  return 0
}

/** Fills the gaps of a study file from the built-in study it names, and from the defaults. */
export function resolveStudy(file: StudyFile, where?: string): Study {
  const { study: base = defaultBase, conditions, ...rest } = file
  const own = { ...rest, ...(conditions !== undefined && { conditions: writtenOut(conditions) }) }
  const builtin = builtinStudies[base]
  if (builtin === undefined) throw unknownStudy(base, where)
  const layers: readonly StudyFile[] = [defaults, { name: base }, builtin, own]
  const filled = layers.reduce<Record<string, unknown>>((all, next) => merge(all, next), {})
  const whole = { ...filled, fit: withoutPool(filled.fit as NonNullable<StudyFile['fit']>) }
  const parsed = Study.safeParse(whole)
  if (parsed.success) return parsed.data
  const problem = firstProblem(Study, whole) ?? unexplained(parsed.error)
  if (problem.path[0] === 'model')
    throw new PlimsollError('invalid-input', 'The study names no model', {
      expected: 'the name of a model, or the path of a GGUF file',
      fix: 'Name one: --model FILE.gguf, or a line `model: NAME`.',
      where,
    })
  throw new PlimsollError('invalid-input', 'The study is not complete', {
    found: `${pathText(problem.path)}: ${problem.found}`,
    expected: problem.expected,
    fix: problem.fix,
    where,
  })
}

/** Nested settings are filled key by key; lists, and what is not a setting of its own, are replaced. */
const nested = ['references', 'fit', 'select', 'measure', 'margins', 'generation', 'pools'] as const

function merge(below: Readonly<Record<string, unknown>>, above: StudyFile): Record<string, unknown> {
  const all: Record<string, unknown> = { ...below, ...withoutUndefined(above) }
  for (const key of nested) {
    const [low, high] = [below[key], above[key]]
    if (typeof low === 'object' && low !== null && high !== undefined) all[key] = { ...low, ...withoutUndefined(high) }
  }
  if (above.fit !== undefined) all.fit = contrastAsWritten(all.fit as object, above.fit)
  return all
}

/**
 * Whoever names rows for both sides and no pool means these rows and no others: the pool below, of which the model's
 * own behaviour would take most rows before it came to these, does not join them.
 */
function contrastAsWritten(filled: object, { pool, positive, negative, keep }: NonNullable<StudyFile['fit']>): object {
  if (pool !== undefined || positive === undefined || negative === undefined) return filled
  return { ...filled, pool: false, keep: keep ?? 'all' }
}

function withoutPool({ pool, ...fit }: NonNullable<StudyFile['fit']>): object {
  return pool === false ? fit : { ...fit, pool }
}

function withoutUndefined(value: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined))
}

/** A path of a study file, from the study's own folder. */
export function pathFrom(folder: string, path: string): string {
  return isAbsolute(path) ? path : resolve(folder, path)
}

/** A model as the engine is asked for it: names stay names, files become absolute. */
export function modelFrom({ study, folder }: LoadedStudy): string {
  return /[\\/]|\.gguf$/i.test(study.model) ? pathFrom(folder, study.model) : study.model
}

/** A data set as it is loaded: own files become absolute. */
export function refFrom(folder: string, ref: Ref): Ref {
  return typeof ref === 'string' ? ref : { ...ref, file: pathFrom(folder, ref.file) }
}

/** The file of the autoencoder that a method is told; null where it is told none. */
export function autoencoderOf(
  folder: string,
  { autoencoder }: { readonly autoencoder?: string | number | boolean | undefined },
): string | null {
  return typeof autoencoder === 'string' ? pathFrom(folder, autoencoder) : null
}
