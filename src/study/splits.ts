/** The rows to fit and to select on, kept apart from what is tested and from each other. */
import { type PromptRow, resample } from '../data/index.ts'
import type { Suite } from '../measure/suites/index.ts'
import { loadConflictSplits } from './conflicts/index.ts'
import { joinPools, keepApart, type Loader, nameOf, splitLeft } from './rows.ts'
import type { Ref, Study } from './schema.ts'
import type { FitRows, SelectRows } from './split-rows.ts'

export { controlOf, type FitRows, type SelectRows } from './split-rows.ts'

type Pools = ReadonlyMap<string, Readonly<Record<'fit' | 'select', readonly PromptRow[]>>>

/** Test rows are never touched: what meets them is dropped from select and fit, and what meets select from fit. */
export async function loadSplits(
  study: Study,
  suites: readonly Suite[],
  loader: Loader,
): Promise<{ fit: FitRows; select: SelectRows }> {
  if (study.behaviour === 'faithfulness') return loadConflictSplits(study, suites, loader)
  const tested = suites.flatMap(testedPrompts)
  const pools = await splitPools(study, tested, loader)
  const load = async (ref: Ref): Promise<readonly PromptRow[]> => {
    const [name = '', split = ''] = typeof ref === 'string' ? ref.split('/') : []
    const pool = pools.get(name)
    if (pool !== undefined && (split === 'fit' || split === 'select')) return pool[split]
    return loader.keep(keepApart(await loader.load(ref, 'prompts'), tested, nameOf(ref), 'the test split'))
  }
  const { on, limit } = study.select
  const target = resample(await load(on.target), limit, study.seed)
  const control = resample(await load(on.control), limit, study.seed)
  const selected = [...target, ...control]
  const apart = async (ref: Ref | undefined): Promise<readonly PromptRow[]> =>
    ref === undefined ? [] : loader.keep(keepApart(await load(ref), selected, nameOf(ref), 'the select split'))
  const fit = {
    pool: await apart(study.fit.pool),
    positive: await apart(study.fit.positive),
    negative: await apart(study.fit.negative),
  }
  return { fit, select: { target, control } }
}

async function splitPools(study: Study, tested: readonly PromptRow[], loader: Loader): Promise<Pools> {
  const pools = new Map<string, Readonly<Record<'fit' | 'select', readonly PromptRow[]>>>()
  for (const [name, { from, fit = 0, select = 0 }] of Object.entries(study.pools)) {
    const parts = []
    for (const ref of from) parts.push({ name: nameOf(ref), rows: await loader.load(ref, 'prompts') })
    const kept = loader.keep(keepApart(joinPools(parts), tested, name, 'the test split'))
    const split = splitLeft(kept, { fit, select }, study.seed)
    loader.tellShort(name, { fit, select }, split)
    pools.set(name, split)
  }
  return pools
}

/** The requests of a suite, without their wrappers. */
function testedPrompts(suite: Suite): PromptRow[] {
  const rows = new Map<string, PromptRow>()
  for (const item of suite.items) {
    if (item.kind !== 'answer') continue
    const prompt = item.wrapped?.prompt ?? item.request
    rows.set(prompt, { id: item.sample, prompt })
  }
  return [...rows.values()]
}
