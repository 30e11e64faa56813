/** One side of a comparison: which condition of which run, and where its answers are. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { PlimsollError } from '../../errors.ts'
import { openStore, type RunRow, type Store } from '../../store/index.ts'
import { suggest } from '../../suggest.ts'
import { methodsOf } from '../report/words.ts'
import type { ConditionResult, StudyResult } from '../result.ts'
import type { Study } from '../schema.ts'
import { readPlan, readResult } from '../stored-result.ts'

/** A finished study, such as `runStudy` returns it, in place of its name. */
export interface ResultAtHand {
  readonly result: StudyResult
  /** Default: its only method. */
  readonly condition?: string | undefined
}

export interface Side {
  /** As it was asked for. */
  readonly name: string
  readonly result: StudyResult
  readonly study: Study
  readonly condition: ConditionResult
  readonly store: Store
}

/** Opens each store once, and closes those it opened. */
export class Stores implements AsyncDisposable {
  readonly #given: Store | undefined
  readonly #file: string
  readonly #open = new Map<string, Store>()

  constructor(store: Store | string) {
    this.#given = typeof store === 'object' ? store : undefined
    this.#file = typeof store === 'object' ? 'the store that was given' : store
  }

  get place(): string {
    return this.#file
  }

  /** The store that was named; undefined where there is no such file. */
  async main(): Promise<Store | undefined> {
    return this.#given ?? (await this.at(this.#file))
  }

  /** Reading leaves no empty store behind. */
  async at(file: string): Promise<Store | undefined> {
    const path = resolve(file)
    const known = this.#open.get(path)
    if (known !== undefined || !existsSync(path)) return known
    const store = await openStore(path)
    this.#open.set(path, store)
    return store
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const store of this.#open.values()) await store[Symbol.asyncDispose]()
  }
}

/**
 * Finds what `reference` names: `STUDY`, `STUDY:CONDITION`, `FILE.json`, `FILE.json:CONDITION`, or the first eight
 * letters or more of a run in place of the study. A study stands for its latest finished run.
 * @throws PlimsollError `not-found`, `invalid-input`, `store-invalid`
 */
export async function findSide(reference: string | ResultAtHand, stores: Stores): Promise<Side> {
  const { name, source, condition, naming } = parts(reference)
  const { run, store } = await findRun(source, stores)
  const result = readResult(run.result)
  return {
    name,
    result,
    study: readPlan(run.plan),
    condition: conditionOf(result, condition, name, naming),
    store,
  }
}

type Source = { readonly study: string } | { readonly file: string } | { readonly run: string }

/** What a caller writes to name a condition of the run that was found. */
type Naming = (condition: string) => string

function parts(reference: string | ResultAtHand): {
  readonly name: string
  readonly source: Source
  readonly condition: string | undefined
  readonly naming: Naming
} {
  if (typeof reference === 'object') {
    const { result, condition } = reference
    const naming: Naming = other => `{ result, condition: ${JSON.stringify(other)} }`
    return { name: result.study, source: { run: result.run }, condition, naming }
  }
  const [, file = '', ofFile] = /^(.+\.json)(?::(.+))?$/i.exec(reference) ?? []
  if (file !== '') return { name: reference, source: { file }, condition: ofFile, naming: namingFrom(file) }
  const colon = reference.indexOf(':')
  const [study, condition] = colon < 0 ? [reference] : [reference.slice(0, colon), reference.slice(colon + 1)]
  return { name: reference, source: { study }, condition, naming: namingFrom(study) }
}

/** As it was typed, since the study's own name need not lead to this run; in quotes where a shell would take it apart. */
function namingFrom(typed: string): Naming {
  return condition => {
    const whole = `${typed}:${condition}`
    return /^[\p{L}\p{N}._@×:/\\+=,%-]+$/u.test(whole) ? whole : `"${whole.replaceAll(/(["$`])/g, '\\$1')}"`
  }
}

async function findRun(source: Source, stores: Stores): Promise<{ run: RunRow; store: Store }> {
  const main = await stores.main()
  if ('study' in source) return findStudy(source.study, main, stores)
  const hash = 'run' in source ? source.run : runOfFile(source.file)
  const run = await main?.run(hash)
  if (main !== undefined && run) return { run, store: main }
  // A report lies in plimsoll-results/STUDY/, and its store beside that folder.
  const beside = 'file' in source ? resolve(dirname(source.file), '../../.plimsoll/store.db') : undefined
  const other = beside === undefined ? undefined : await stores.at(beside)
  const found = await other?.run(hash)
  if (other !== undefined && found) return { run: found, store: other }
  throw new PlimsollError('not-found', 'The answers of a result are not in the store', {
    found: `no run ${hash.slice(0, 12)}`,
    expected: 'the store that the study was run with',
    fix: 'Name it with --store: a comparison is made prompt by prompt, and a result file has no prompts.',
    where: 'file' in source ? source.file : stores.place,
  })
}

async function findStudy(name: string, main: Store | undefined, stores: Stores) {
  const runs = main === undefined ? [] : await main.runs()
  const finished = runs.filter(run => run.finished !== null)
  const ended = (run: RunRow) => run.finished ?? ''
  const own = finished.filter(run => run.study === name).toSorted((a, b) => ended(b).localeCompare(ended(a)))
  const byHash = /^[\da-f]{8,}$/.test(name) ? finished.filter(run => run.hash.startsWith(name)) : []
  const run = own[0] ?? byHash[0]
  if (main !== undefined && run !== undefined) return { run, store: main }
  const known = [...new Set(finished.map(one => one.study))]
  const near = suggest(name, known)
  const started = runs.some(one => one.study === name)
  throw new PlimsollError('not-found', `There is no finished run of ${name} in this store`, {
    found:
      main === undefined
        ? 'no store'
        : started
          ? 'a run that is not finished'
          : known.join(', ') || 'none of any study',
    where: stores.place,
    fix: near === undefined ? 'Run it: plimsoll run STUDY (a .yaml file or a built-in name).' : `Did you mean ${near}?`,
  })
}

function runOfFile(file: string): string {
  try {
    return readResult(JSON.parse(readFileSync(file, 'utf8'))).run
  } catch (cause) {
    throw new PlimsollError(existsSync(file) ? 'data-invalid' : 'not-found', 'This is no result of a study', {
      found: existsSync(file) ? 'something else' : 'no file',
      expected: 'the report.json that `plimsoll run` wrote, or the name of a study',
      fix: 'Check the path: plimsoll-results/STUDY/report.json.',
      where: file,
      cause,
    })
  }
}

function conditionOf(
  { conditions, study }: StudyResult,
  name: string | undefined,
  reference: string,
  naming: Naming,
): ConditionResult {
  const names = conditions.map(condition => condition.name)
  if (name === undefined) {
    const methods = methodsOf(conditions)
    const [only] = methods
    if (only !== undefined && methods.length === 1) return only
    const [first = 'baseline', ...others] = new Set([...methods.map(method => method.name), ...names])
    const count = methods.length === 0 ? 'no method' : `${methods.length} methods`
    throw new PlimsollError('invalid-input', `${study} has ${count}: say which condition is meant`, {
      found: reference,
      expected: `one of ${[first, ...others].map(naming).join(', ')}`,
      fix: `Write ${naming(first)}, for example.`,
    })
  }
  const found = conditions.find(condition => condition.name === name)
  if (found !== undefined) return found
  const near = suggest(name, names)
  throw new PlimsollError('not-found', `${study} has no condition ${name}`, {
    found: name,
    expected: `one of ${names.join(', ')}`,
    fix: near === undefined ? `Write ${naming(names[0] ?? 'baseline')}, for example.` : `Did you mean ${naming(near)}?`,
  })
}
