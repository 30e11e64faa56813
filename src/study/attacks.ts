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
import { listDatasets, normaliseText, type RewriteRow } from '../data/index.ts'
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
  const made: Made[] = []
  for (const one of Array.isArray(spec) ? spec : [spec])
    for (const wrapper of await wrappersOf(one, loading)) made.push({ from: oneName(one), wrapper })
  return toldApart(made)
}

interface Made {
  /** How a study file calls it. */
  readonly from: string
  readonly wrapper: Wrapper
}

/** Two files may call a template or a way of rewording the same: then the file's name stands before it. */
function toldApart(made: readonly Made[]): Wrapper[] {
  const called = Map.groupBy(made, ({ wrapper }) => wrapper.id)
  return made.map(({ from, wrapper }) => {
    const same = called.get(wrapper.id) ?? []
    if (same.length === 1) return wrapper
    if (same.filter(other => other.from === from).length === 1) return { ...wrapper, id: `${from}: ${wrapper.id}` }
    throw new PlimsollError('invalid-input', 'Two attacks of a suite are the same', {
      where: from,
      found: wrapper.id,
      fix: 'Name each once, or tell them different parameters.',
    })
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

/** One wrapper for each way in which requests were reworded; several of one request in one way are cases of it. */
function rewritersOf(rows: readonly RewriteRow[], name: string): Wrapper[] {
  const usual = name.replace(/^.*[\\/](?=[^\\/]+\.\w+$)/u, '').replace(/\.\w+$/u, '')
  return [...Map.groupBy(rows, ({ by }) => by ?? usual)].flatMap(([by, own]) => {
    const cases = casesOf(own)
    return cases.map((rows, i) => rewriteWrapper(cases.length === 1 ? by : `${by} case ${i + 1}`, rows))
  })
}

/** The first rewriting of each request, the second of each, and so on. */
function casesOf(rows: readonly RewriteRow[]): RewriteRow[][] {
  const met = new Map<string, number>()
  const cases: RewriteRow[][] = []
  for (const row of rows) {
    const requests = [
      ...(row.of === undefined ? [] : [`id ${row.of}`]),
      ...(row.prompt === undefined ? [] : [`words ${normaliseText(row.prompt)}`]),
    ]
    const earlier = Math.max(...requests.map(request => met.get(request) ?? 0))
    for (const request of requests) met.set(request, earlier + 1)
    cases[earlier] = [...(cases[earlier] ?? []), row]
  }
  return cases
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
