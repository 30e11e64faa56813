import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseJsonl, readText } from './read.ts'
import type { RawRow } from './rows.ts'
import type { Kind } from './types.ts'

/** The package's own data, found from `src/` and from `dist/` alike. */
export const packagedDirectory = fileURLToPath(new URL('../../data/', import.meta.url))

/** A set that ships with the package, such as `english/harmful/test`. */
export interface PackagedSet {
  readonly name: string
  readonly kind: Kind
  readonly file: string
}

const kindOfSet: Readonly<Record<string, Kind>> = { choice: 'choices', prose: 'prose', templates: 'templates' }

/** The sets under `data/`, named by their path: `<family>/<set>/<split>`. */
export function packagedSets(): PackagedSet[] {
  return ['english', 'organism'].flatMap(family =>
    folders(join(packagedDirectory, family)).flatMap(set =>
      readdirSync(join(packagedDirectory, family, set))
        .sort()
        .filter(file => file.endsWith('.jsonl'))
        .map(file => ({
          name: `${family}/${set}/${basename(file, '.jsonl')}`,
          kind: kindOfSet[set] ?? 'prompts',
          file: join(packagedDirectory, family, set, file),
        })),
    ),
  )
}

export async function readPackaged(set: PackagedSet): Promise<RawRow[]> {
  return parseJsonl(await readText(set.file, 'Install the package again: its data is incomplete.'), set.file)
}

/** Rows of a packaged set, without parsing them. */
export function countPackaged(set: PackagedSet): number {
  return readFileSync(set.file, 'utf8')
    .split('\n')
    .filter(line => line.trim() !== '').length
}

function folders(directory: string): string[] {
  if (!existsSync(directory)) return []
  return readdirSync(directory, { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(entry => entry.name)
    .sort()
}
