/** From what a study file says of an attack to the wrappers of a grid. */
import {
  attacks,
  attackWrapper,
  chainWrapper,
  findAttack,
  loadAttack,
  rewriteWrapper,
  templateWrapper,
  type Wrapper,
} from '../attack/index.ts'
import { listDatasets, type RewriteRow } from '../data/index.ts'
import { PlimsollError } from '../errors.ts'
import { suggest } from '../suggest.ts'
import { pathFrom } from './config.ts'
import { type Loader, nameOf } from './rows.ts'
import { type AttackSpec, type AttackStep, isOwnModule } from './schema.ts'

interface Loading {
  /** How many of each set of templates. */
  readonly templates: number
  readonly seed: number
  readonly loader: Loader
}

/** @throws PlimsollError `not-found`, `invalid-input`, `data-invalid` */
export async function loadWrappers(spec: AttackSpec, loading: Loading): Promise<Wrapper[]> {
  const wrappers = []
  for (const one of Array.isArray(spec) ? spec : [spec]) wrappers.push(...(await wrappersOf(one, loading)))
  const ids = wrappers.map(({ id }) => id)
  const twice = ids.find((id, i) => ids.indexOf(id) !== i)
  if (twice === undefined) return wrappers
  throw new PlimsollError('invalid-input', 'Two attacks of a suite are the same', {
    found: twice,
    fix: 'Name each once, or tell them different parameters.',
  })
}

type One = Exclude<AttackSpec, readonly unknown[]>

async function wrappersOf(spec: One, loading: Loading): Promise<Wrapper[]> {
  if (typeof spec !== 'object' || !('chain' in spec)) return stepOf(spec, loading)
  let chains: Wrapper[][] = [[]]
  for (const step of spec.chain) {
    const own = await stepOf(step, loading)
    chains = chains.flatMap(chain => own.map(wrapper => [...chain, wrapper]))
  }
  return chains.map(chainWrapper)
}

async function stepOf(step: AttackStep, loading: Loading): Promise<Wrapper[]> {
  const { loader, seed, templates } = loading
  if (typeof step !== 'string') {
    if ('rewrites' in step) return rewritersOf(await loader.load(step.rewrites, 'rewrites'), nameOf(step.rewrites))
    if ('attack' in step) return [attackWrapper(await attackOf(step.attack, loader), step.parameters ?? {}, seed)]
    return (await loader.templates(step, templates, seed)).map(templateWrapper)
  }
  const kind = loader.kindOf(step)
  if (kind === 'rewrites') return rewritersOf(await loader.load(step, 'rewrites'), step)
  if (kind !== undefined) return (await loader.templates(step, templates, seed)).map(templateWrapper)
  return [attackWrapper(await attackOf(step, loader), {}, seed)]
}

async function attackOf(name: string, loader: Loader) {
  const known = findAttack(name)
  if (known !== undefined) return known
  if (isOwnModule(name)) return loadAttack(pathFrom(loader.folder, name))
  const sets = listDatasets().flatMap(set => (set.kind === 'templates' || set.kind === 'rewrites' ? [set.name] : []))
  const names = [...attacks.map(attack => attack.name), ...sets]
  const near = suggest(name, names)
  throw new PlimsollError('not-found', 'There is no attack or set of templates of this name', {
    found: name,
    expected: `one of ${names.join(', ')}, or the path of a module such as ./mine.ts`,
    fix: near === undefined ? 'For templates of your own write { file: path }.' : `Did you mean ${near}?`,
  })
}

/** One wrapper for each way in which requests were reworded. */
function rewritersOf(rows: readonly RewriteRow[], name: string): Wrapper[] {
  const usual = name.replace(/^.*[\\/](?=[^\\/]+\.\w+$)/u, '').replace(/\.\w+$/u, '')
  return [...Map.groupBy(rows, ({ by }) => by ?? usual)].map(([by, own]) => rewriteWrapper(by, own))
}

/** How a suite is called after its attack. */
export function attackName(spec: AttackSpec): string {
  if (!Array.isArray(spec)) return oneName(spec)
  const names = spec.map(oneName)
  return names.length <= 3 ? names.join(', ') : `${names.length} attacks`
}

function oneName(spec: One): string {
  if (typeof spec === 'string') return spec
  if ('chain' in spec) return spec.chain.map(oneName).join('+')
  if ('rewrites' in spec) return nameOf(spec.rewrites)
  return 'attack' in spec ? spec.attack : nameOf(spec)
}
