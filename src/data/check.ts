import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { dataFolder } from '../paths.ts'
import { type DatasetRef, loadDataset } from './dataset.ts'
import { sha256 } from './hash.ts'
import { withoutOverlap } from './leak.ts'
import { filesAt, readManifest } from './manifest.ts'
import { kindOfName } from './names.ts'
import { packagedSets } from './packaged.ts'
import { screenTemplates } from './templates.ts'
import type { Dropped, Kind, RowsOf, TemplateRow } from './types.ts'
import { upstreamSets } from './upstream.ts'

/** What a data set holds, as a study would read it. */
export interface CheckedSet {
  readonly name: string
  readonly kind: Kind
  readonly rows: number
  readonly dropped: readonly Dropped[]
  /** What was done to rows that stayed, in sentences. */
  readonly notes: readonly string[]
  /** Of templates: what the screening of published collections leaves out of these. A study takes one's own as they are. */
  readonly screening: readonly Dropped[]
  readonly categories: Readonly<Record<string, number>>
  readonly files: readonly {
    readonly path: string
    /** Null for a published file that is not on this machine: a set is read without it where it can be. */
    readonly sha256: string | null
    /** Whether it is the published file, byte for byte; absent for files of one's own and of the package. */
    readonly asPublished?: boolean
  }[]
}

/** Rows of one set that say the same, or nearly the same, as rows of another. */
export interface SharedRows {
  readonly rowsOf: string
  readonly meet: string
  readonly rows: number
  readonly wordForWord: number
  /** The nearest first. */
  readonly examples: readonly { readonly id: string; readonly meets: string; readonly similarity: number }[]
}

export interface DataCheck {
  readonly sets: readonly CheckedSet[]
  /** Every two sets that have rows in common. */
  readonly shared: readonly SharedRows[]
}

export interface CheckOptions {
  /** Of files of one's own; a set that has a name says it itself. Default `prompts`. */
  readonly kind?: Kind | undefined
  readonly dataDir?: string | undefined
}

/** Reads sets as a study would, and holds each against each of the others: nothing may be reported on that was fitted on. */
export async function checkDatasets(refs: readonly DatasetRef[], options: CheckOptions = {}): Promise<DataCheck> {
  const loaded: Loaded[] = []
  for (const ref of refs) {
    const kind = (typeof ref === 'string' ? kindOfName(ref) : undefined) ?? options.kind ?? 'prompts'
    const { rows, dropped, notes = [] } = await loadDataset(ref, { kind, dataDir: options.dataDir })
    const name = typeof ref === 'string' ? ref : ref.file
    const files = await filesOf(ref, options.dataDir)
    const screening = kind === 'templates' ? screenTemplates(rows as readonly TemplateRow[], name).dropped : []
    const categories = categoriesOf(rows)
    loaded.push({ set: { name, kind, rows: rows.length, dropped, notes, screening, categories, files }, rows })
  }
  const shared = loaded.flatMap((one, i) => loaded.slice(0, i).flatMap(other => sharedBy(one, other)))
  return { sets: loaded.map(({ set }) => set), shared }
}

interface Loaded {
  readonly set: CheckedSet
  readonly rows: readonly RowsOf<Kind>[]
}

/** At most so many pairs are named. */
const named = 3

function sharedBy(one: Loaded, other: Loaded): SharedRows[] {
  const { dropped } = withoutOverlap(one.rows, other.rows)
  if (dropped.length === 0) return []
  const nearest = dropped.toSorted((a, b) => b.similarity - a.similarity).slice(0, named)
  return [
    {
      rowsOf: one.set.name,
      meet: other.set.name,
      rows: dropped.length,
      wordForWord: dropped.filter(({ exact }) => exact).length,
      examples: nearest.map(({ row, met, similarity }) => ({ id: row.id, meets: met.id, similarity })),
    },
  ]
}

function categoriesOf(rows: readonly RowsOf<Kind>[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const row of rows) {
    if ('category' in row && row.category !== undefined) counts[row.category] = (counts[row.category] ?? 0) + 1
  }
  return counts
}

async function filesOf(ref: DatasetRef, dataDir = ''): Promise<CheckedSet['files']> {
  if (typeof ref !== 'string') return [{ path: ref.file, sha256: await hashOf(ref.file) }]
  const packaged = packagedSets().find(set => set.name === ref)
  if (packaged !== undefined) return [{ path: packaged.file, sha256: await hashOf(packaged.file) }]
  const path = upstreamSets.find(set => set.name === ref)?.path ?? ''
  const published = filesAt(await readManifest(), path)
  const folder = dataDir || dataFolder()
  return Promise.all(
    published.map(async file => {
      const own = join(folder, file.path)
      if (!existsSync(own)) return { path: own, sha256: null, asPublished: false }
      const found = await hashOf(own)
      return { path: own, sha256: found, asPublished: found === file.sha256 }
    }),
  )
}

async function hashOf(file: string): Promise<string> {
  return sha256(await readFile(file))
}
