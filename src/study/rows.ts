/** Loads the rows a study names: fit, select and test, kept apart from each other. */
import {
  type ChoiceRow,
  type ConflictRow,
  createRandom,
  type Dropped,
  drawTemplates,
  type Kind,
  kindOfName,
  listDatasets,
  loadDataset,
  normaliseText,
  type ProblemRow,
  type PromptRow,
  type RowsOf,
  resample,
  rowsAtHand,
  sample,
  screenTemplates,
  splitPool,
  type TemplateRow,
  withoutOverlap,
} from '../data/index.ts'
import { refFrom } from './config.ts'
import type { Ref } from './schema.ts'

export interface LoadPlace {
  readonly folder: string
  readonly dataDir?: string | undefined
}

/** Rows of a pool for each of its parts. */
interface PoolSizes {
  readonly fit: number
  readonly select: number
}

export function nameOf(ref: Ref): string {
  return typeof ref === 'string' ? ref : ref.file
}

/** Loads sets, and remembers what was left out of each. */
export class Loader {
  readonly #place: LoadPlace
  readonly #told = new Map<string, Dropped>()
  readonly #notes = new Set<string>()
  /** Several suites ask one set of such questions, and the largest takes seconds to read. */
  readonly #conflicts = new Map<string, Promise<readonly ConflictRow[]>>()

  constructor(place: LoadPlace) {
    this.#place = place
  }

  /** What relative paths start from. */
  get folder(): string {
    return this.#place.folder
  }

  async load<K extends Kind>(ref: Ref, kind: K): Promise<readonly RowsOf<K>[]> {
    const {
      rows,
      dropped,
      notes = [],
    } = await loadDataset(refFrom(this.#place.folder, ref), {
      kind,
      dataDir: this.#place.dataDir,
    })
    this.tell(dropped)
    for (const note of notes) this.#notes.add(note)
    return rows
  }

  /** The same of rows that a module made. */
  atHand(name: string, made: readonly unknown[], n: number | undefined, seed: number): PromptRow[] {
    const { rows, dropped } = rowsAtHand(name, 'prompts', made)
    this.tell(dropped)
    return this.#cut(name, resample(rows, n ?? rows.length, seed), rows.length)
  }

  /** Questions with two answers. */
  conflicts(ref: Ref): Promise<readonly ConflictRow[]> {
    const key = JSON.stringify(ref)
    const known = this.#conflicts.get(key) ?? this.load(ref, 'conflicts')
    this.#conflicts.set(key, known)
    return known
  }

  /** Everything left out so far; the same is told once. */
  get dropped(): Dropped[] {
    return [...this.#told.values()]
  }

  /** A pool that is smaller than its parts are to be is told: select takes its share first. */
  tellShort(pool: string, wanted: PoolSizes, { fit, select }: Readonly<Record<'fit' | 'select', readonly unknown[]>>) {
    const got = { fit: fit.length, select: select.length }
    for (const part of ['select', 'fit'] as const)
      if (got[part] < wanted[part])
        this.#notes.add(`The pool ${pool} is too small: ${got[part]} rows of the ${wanted[part]} for ${part}.`)
  }

  /** What was done to rows that stayed, in sentences. */
  get notes(): string[] {
    return [...this.#notes]
  }

  tell(dropped: readonly Dropped[]): void {
    for (const entry of dropped) this.#told.set(JSON.stringify([entry.from, entry.rows, entry.why]), entry)
  }

  /** Notes what was dropped, and gives what was kept. */
  keep({ kept, dropped }: { kept: PromptRow[]; dropped: Dropped[] }): PromptRow[] {
    this.tell(dropped)
    return kept
  }

  /** The kind of rows of a set that has a name; own files say it by the key they stand under. */
  kindOf(ref: Ref): Kind | undefined {
    return typeof ref === 'string' ? kindOfName(ref) : undefined
  }

  /** `n` rows drawn by the seed, stratified by category; all by default. */
  async draw(ref: Ref, n: number | undefined, seed: number): Promise<PromptRow[]> {
    const rows = await this.load(ref, 'prompts')
    return this.#cut(nameOf(ref), resample(rows, n ?? rows.length, seed), rows.length)
  }

  async drawPlain<K extends 'choices' | 'prose'>(ref: Ref, kind: K, n: number | undefined, seed: number) {
    const rows = await this.load(ref, kind)
    const drawn = sample(rows, n ?? rows.length, createRandom(seed, `draw ${nameOf(ref)}`))
    return this.#cut(nameOf(ref), drawn, rows.length)
  }

  /** Published collections are screened before any template is drawn; our own and the user's are taken as they are. */
  async templates(ref: Ref, n: number | undefined, seed: number): Promise<TemplateRow[]> {
    const rows = await this.load(ref, 'templates')
    const set = typeof ref === 'string' ? listDatasets().find(({ name }) => name === ref) : undefined
    const published = set !== undefined && set.source !== 'packaged'
    const screened = published ? screenTemplates(rows, nameOf(ref)) : { rows, dropped: [] }
    this.tell(screened.dropped)
    return drawTemplates(screened.rows, n ?? screened.rows.length, seed)
  }

  /** `n` rows, stratified by category, of those that are left when others are set aside as examples. */
  drawBeside<Row extends ChoiceRow | ProblemRow>(ref: Ref, rows: readonly Row[], n: number | undefined, seed: number) {
    return this.#cut(nameOf(ref), resample(rows, n ?? rows.length, seed), rows.length)
  }

  #cut<Row>(from: string, drawn: Row[], of: number): Row[] {
    if (drawn.length < of)
      this.tell([{ from, rows: of - drawn.length, why: `not drawn: ${drawn.length} of ${of} are tested` }])
    return drawn
  }
}

/** Leaves out rows that are in, or nearly in, rows they must not meet. */
export function keepApart(
  rows: readonly PromptRow[],
  against: readonly PromptRow[],
  from: string,
  reason: string,
): { kept: PromptRow[]; dropped: Dropped[] } {
  const { kept, dropped } = withoutOverlap(rows, against)
  const exact = dropped.filter(overlap => overlap.exact).length
  const entries = [
    { from, rows: exact, why: `says the same as a row of ${reason}` },
    {
      from,
      rows: dropped.length - exact,
      why: `shares most content words with a row of ${reason} (Jaccard 0.6 or more)`,
    },
  ]
  return { kept, dropped: entries.filter(entry => entry.rows > 0) }
}

/** Several sets as one pool, without repeats; ids carry their set's name where two sets use the same. */
export function joinPools(
  pools: readonly { readonly name: string; readonly rows: readonly PromptRow[] }[],
): PromptRow[] {
  const texts = new Set<string>()
  const ids = new Set<string>()
  return pools.flatMap(({ name, rows }) =>
    rows.flatMap(row => {
      const normal = normaliseText(row.prompt)
      if (texts.has(normal)) return []
      texts.add(normal)
      const id = ids.has(row.id) ? `${name}:${row.id}` : row.id
      ids.add(id)
      return [{ ...row, id }]
    }),
  )
}

/** Splits what is left of a pool; where it is smaller than asked, select goes first. */
export function splitLeft(pool: readonly PromptRow[], sizes: PoolSizes, seed: number) {
  const select = Math.min(sizes.select, pool.length)
  return splitPool(pool, { select, fit: Math.min(sizes.fit, pool.length - select) }, seed)
}
