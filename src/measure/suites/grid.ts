/** Wrappers × prompts: every request inside every wrapper, or an even share of those cells. */
import type { Wrapped, Wrapper } from '../../attack/index.ts'
import { besideOf, type Dropped, type PromptRow } from '../../data/index.ts'
import type { AxisName } from '../types.ts'
import { propertyOf } from './prompts.ts'
import type { AnswerItem, Suite } from './types.ts'

export interface GridRows {
  /** Templates, attacks, rewritings: clusters of the grid like the prompts. */
  readonly wrappers: readonly Wrapper[]
  readonly prompts: readonly PromptRow[]
  /** How many cells; all of them by default. */
  readonly cells?: number | undefined
}

/** Rows are grouped by template, so that those decoded together share their beginning. */
export function gridSuite(name: string, axis: AxisName, rows: GridRows): Suite {
  return { name, axis, ...propertyOf(axis), chance: null, grid: true, extra: false, items: cells(rows) }
}

/** Harmless requests inside the same templates: whether the model yields to the wrapper or to the harm. */
export function benignGridSuite(name: string, axis: AxisName, rows: GridRows): Suite {
  return {
    name,
    axis,
    ...propertyOf('efficacy'),
    property: 'answers harmless prompts in the same templates',
    chance: null,
    grid: true,
    extra: true,
    items: cells(rows),
  }
}

/** Requests that a wrapper cannot be put around, such as those that nobody has reworded. */
export function leftOutOf(name: string, { wrappers, prompts }: GridRows): Dropped[] {
  return wrappers.flatMap(wrapper => {
    const rows = prompts.filter(row => wrapper.wrap(row) === null).length
    return rows === 0
      ? []
      : [{ from: `${wrapper.id} in ${name}`, rows, why: 'the request cannot be asked in this way' }]
  })
}

/**
 * The cells of the grid. Where not all are wanted, each wrapper takes the next stretch of the prompts, round and round, so
 * that wrappers differ by one cell at most and so do prompts; requests that a wrapper cannot be put around are passed over.
 */
function cells({ wrappers, prompts, cells: wanted }: GridRows): AnswerItem[] {
  const possible = wrappers.map(wrapper => prompts.flatMap(row => cell(wrapper, row) ?? []))
  const all = possible.reduce((sum, own) => sum + own.length, 0)
  const total = Math.min(wanted ?? all, all)
  let [next, before, counted] = [0, 0, 0]
  return possible.flatMap(own => {
    counted += own.length
    const share = Math.floor((total * counted) / Math.max(1, all)) - before
    before += share
    const start = next
    next += share
    return own
      .map((_, i) => own[(start + i) % own.length])
      .slice(0, share)
      .flatMap(item => item ?? [])
  })
}

function cell(wrapper: Wrapper, row: PromptRow): AnswerItem | null {
  const wrapped = wrapper.wrap(row)
  if (wrapped === null) return null
  const beside = { ...besideOf(row), ...besideOf(wrapped) }
  const { user, before, after } = wrapped
  const { id, prompt, category } = row
  const as = asWhole({ ...wrapped, ...beside }, prompt)
  return {
    kind: 'answer',
    sample: `${wrapper.id}/${id}`,
    category,
    clusters: { template: wrapper.id, prompt: id },
    request: user,
    ...beside,
    wrapped: { prompt, before, after, ...(as !== null && { as }) },
  }
}

/** Everything that is asked, for a reader; null where the wrapper around the request is all. */
function asWhole({ user, system, turns = [], prefill, before, after }: Wrapped, prompt: string): string | null {
  const plain = `${before}${prompt}${after}` === user
  if (plain && system === undefined && turns.length === 0 && prefill === undefined) return null
  return [
    ...(system === undefined ? [] : [['system', system]]),
    ...turns.map(({ role, content }) => [role, content]),
    ['user', user],
    ...(prefill === undefined ? [] : [['the answer begins', prefill]]),
  ]
    .map(([who, said]) => `[${who}] ${said}`)
    .join('\n\n')
}
