/** Templates × prompts: every request inside every wrapper, or an even share of those cells. */
import { fill, type PromptRow, type TemplateRow } from '../../data/index.ts'
import type { AxisName } from '../types.ts'
import { propertyOf } from './prompts.ts'
import type { AnswerItem, Suite } from './types.ts'

export interface GridRows {
  readonly templates: readonly TemplateRow[]
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

/**
 * The cells of the grid. Where not all are wanted, each template takes the next stretch of the prompts, round and round,
 * so that templates differ by one cell at most and so do prompts.
 */
function cells({ templates, prompts, cells: wanted }: GridRows): AnswerItem[] {
  const all = templates.length * prompts.length
  const total = Math.min(wanted ?? all, all)
  let next = 0
  return templates.flatMap((template, t) => {
    const share = Math.floor((total * (t + 1)) / templates.length) - Math.floor((total * t) / templates.length)
    const start = next
    next += share
    return prompts
      .map((_, i) => prompts[(start + i) % prompts.length])
      .slice(0, share)
      .flatMap(prompt => (prompt === undefined ? [] : [cell(template, prompt)]))
  })
}

function cell(template: TemplateRow, { id, prompt, category }: PromptRow): AnswerItem {
  const [before = '', after = ''] = template.template.split('{prompt}')
  return {
    kind: 'answer',
    sample: `${template.id}/${id}`,
    category,
    clusters: { template: template.id, prompt: id },
    request: fill(template.template, prompt),
    wrapped: { prompt, before, after },
  }
}
