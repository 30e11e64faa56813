/** What a run asked, kept beside its answers: a data file that is edited later gives other rows the same names. */
import { z } from 'zod'
import type { Item, Suite } from '../measure/suites/index.ts'
import type { Store } from '../store/index.ts'
import { hashOf } from './hash.ts'

export async function saveAsked(store: Store, run: string, suites: readonly Suite[]): Promise<void> {
  const rows = suites.map(({ name, items }) => [name, items.map(item => [item.sample, digest(item)])])
  // Which questions a model knows may depend on its threads: what it was asked last is what the answers are of.
  await store.saveArtefact(keyOf(run), rows, 'last')
}

export interface Asked {
  readonly rows: number
  /** Whether a row of a suite is, to the letter, what the run asked. */
  has(suite: string, item: Item): boolean
}

/** Null for a run of a version that kept no record. */
export async function readAsked(store: Store, run: string): Promise<Asked | null> {
  const rows = Rows.safeParse(await store.artefact(keyOf(run)))
  if (!rows.success) return null
  const asked = new Map(rows.data.map(([suite, items]) => [suite, new Map(items)]))
  return {
    rows: rows.data.reduce((sum, [, items]) => sum + items.length, 0),
    has: (suite, item) => asked.get(suite)?.get(item.sample) === digest(item),
  }
}

/** Suites with the rows that a run asked, where these depended on what its model knows. */
export function onlyAsked(suites: readonly Suite[], asked: Asked | null): readonly Suite[] {
  return suites.map(suite =>
    suite.questions === undefined || asked === null
      ? suite
      : { ...suite, items: suite.items.filter(item => asked.has(suite.name, item)) },
  )
}

const Rows = z.array(z.tuple([z.string(), z.array(z.tuple([z.string(), z.string()]))]))

function keyOf(run: string): string {
  return hashOf({ asked: run })
}

/** Equal for rows that ask the same and take the same for right. */
export function digest(item: Item): string {
  return hashOf(contentOf(item)).slice(0, 16)
}

function contentOf(item: Item): unknown {
  // What the model answers follows from what it was asked.
  if (item.kind === 'prose')
    return item.answerTo === undefined ? [item.kind, item.text] : [item.kind, 'answer', item.answerTo]
  if (item.kind === 'answer') {
    const { kind, request, answers, system, turns, prefill, draw } = item
    const beside = [...(answers === undefined ? [] : [answers]), system, turns, prefill, draw].map(part => part ?? null)
    return beside.every(part => part === null) ? [kind, request] : [kind, request, ...beside]
  }
  if (item.kind === 'problem') return [item.kind, item.request, item.answer]
  return [item.kind, item.request, item.continuations, item.answer, item.by]
}
