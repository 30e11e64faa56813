/** Where a study departs from the built-in one that it names: whoever reads a result has to know. */
import { z } from 'zod'
import type { Store } from '../store/index.ts'
import { resolveStudy } from './config.ts'
import { hashOf } from './hash.ts'
import type { Study } from './schema.ts'

const Deviation = z.object({
  /** Such as `margins.rates`. */
  key: z.string(),
  /** Both as JSON. */
  builtin: z.string(),
  used: z.string(),
})
export type Deviation = Readonly<z.infer<typeof Deviation>>
/** null where no built-in study filled the gaps. */
export type Deviations = readonly Deviation[] | null

/** What a study is called and which model it runs on are no departures. */
const own: readonly string[] = ['name', 'title', 'labels', 'model']

/** @param base the built-in study that filled the gaps */
export function deviationsFrom(base: string, study: Study): Deviation[] {
  return differences(resolveStudy({ study: base, model: study.model }), study).filter(({ key }) => !own.includes(key))
}

/** Kept beside the run: whoever goes on with it has the whole study, and no longer what it began from. */
export async function keptDeviations(store: Store, run: string, known: Deviations): Promise<Deviations> {
  const key = hashOf({ deviations: run })
  if (known !== null) {
    await store.saveArtefact(key, known, 'last')
    return known
  }
  return z.array(Deviation).safeParse(await store.artefact(key)).data ?? null
}

function differences(builtin: object, used: object, path = ''): Deviation[] {
  const before = new Map(Object.entries(builtin))
  const after = new Map(Object.entries(used))
  return [...new Set([...before.keys(), ...after.keys()])].flatMap(name => {
    const [was, is] = [before.get(name), after.get(name)]
    const key = path === '' ? name : `${path}.${name}`
    if (isSettings(was) && isSettings(is)) return differences(was, is, key)
    const [a, b] = [written(was), written(is)]
    return a === b ? [] : [{ key, builtin: a, used: b }]
  })
}

function isSettings(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function written(value: unknown): string {
  return JSON.stringify(value) ?? 'nothing'
}
