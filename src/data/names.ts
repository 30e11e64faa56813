/** Sets that have a name: those of the package and published ones. */
import { PlimsollError } from '../errors.ts'
import { dataFolder } from '../paths.ts'
import { suggest } from '../suggest.ts'
import { countPackaged, packagedSets } from './packaged.ts'
import type { Kind } from './types.ts'
import { isAvailable, type UpstreamSet, upstreamSets } from './upstream.ts'

/** A set by name, and whether it can be read here. */
export interface DatasetInfo {
  readonly name: string
  readonly kind: Kind
  readonly licence: string
  readonly rows: number
  /** A web address, or `packaged`. */
  readonly source: string
  /** Whether it can be loaded now. */
  readonly available: boolean
}

/** Every set that has a name: those of the package first. `dataDir` as in `loadDataset`. */
export function listDatasets(options: { readonly dataDir?: string | undefined } = {}): DatasetInfo[] {
  const dataDir = options.dataDir || dataFolder()
  const packaged = packagedSets().map(set => ({
    name: set.name,
    kind: set.kind,
    licence: 'Apache-2.0',
    rows: countPackaged(set),
    source: 'packaged',
    available: true,
  }))
  const upstream = upstreamSets.map(set => ({
    name: set.name,
    kind: set.kind,
    licence: set.licence,
    rows: set.rows,
    source: set.source,
    available: isAvailable(set, dataDir),
  }))
  return [...packaged, ...upstream]
}

/**
 * The published set of this name.
 * @throws PlimsollError `not-found` with the name that is nearest
 */
export function findUpstream(name: string): UpstreamSet {
  const upstream = upstreamSets.find(set => set.name === name)
  if (upstream === undefined) throw unknownName(name)
  return upstream
}

/** What rows a set that has a name holds; undefined where there is none of this name. */
export function kindOfName(name: string): Kind | undefined {
  return [...packagedSets(), ...upstreamSets].find(set => set.name === name)?.kind
}

/** @throws PlimsollError `invalid-input` */
export function checkKind(name: string, found: Kind, expected: Kind): void {
  if (found === expected) return
  throw new PlimsollError('invalid-input', `The data set ${name} has rows of another kind`, {
    found,
    expected,
    fix: `Choose a set of ${expected}: ${listDatasets()
      .filter(set => set.kind === expected)
      .map(set => set.name)
      .join(', ')}.`,
  })
}

function unknownName(name: string): PlimsollError {
  const names = listDatasets().map(set => set.name)
  const near = suggest(name, names)
  return new PlimsollError('not-found', 'There is no data set of this name', {
    found: name,
    expected: `one of ${names.join(', ')}`,
    fix:
      near === undefined
        ? 'See them with: plimsoll data list. Own data is a file: in a study { file: path }.'
        : `Did you mean ${near}?`,
  })
}
